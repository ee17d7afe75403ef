import { conversations, userOf } from '../../app.ts'

export async function GET(request: Request): Promise<Response> {
  return Response.json(await conversations.list(userOf(request.headers.get('x-user'))))
}
