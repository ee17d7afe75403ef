import { conversations, userOf } from '../../../app.ts'
import { textResponse } from '../../../text-response.ts'

interface Context {
  readonly params: Promise<{ readonly id: string }>
}

export async function GET(request: Request, { params }: Context): Promise<Response> {
  const { id } = await params
  return Response.json(await conversations.messages(userOf(request.headers.get('x-user')), id))
}

export async function POST(request: Request, { params }: Context): Promise<Response> {
  const { id } = await params
  const { message } = (await request.json()) as { message: string }
  const answer = conversations.send(userOf(request.headers.get('x-user')), id, message, request.signal)
  return textResponse(answer)
}

export async function PATCH(request: Request, { params }: Context): Promise<Response> {
  const { id } = await params
  const { title } = (await request.json()) as { title: string }
  await conversations.rename(userOf(request.headers.get('x-user')), id, title)
  return new Response(null, { status: 204 })
}

export async function DELETE(request: Request, { params }: Context): Promise<Response> {
  const { id } = await params
  await conversations.delete(userOf(request.headers.get('x-user')), id)
  return new Response(null, { status: 204 })
}
