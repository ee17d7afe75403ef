import { Hono } from 'hono'
import { conversations, userOf } from './app.ts'
import { textResponse } from './text-response.ts'

export const app = new Hono<{ Variables: { user: string } }>()

app.use(async (context, next) => {
  context.set('user', userOf(context.req.header('x-user')))
  await next()
})
app.get('/conversations', async (context) => context.json(await conversations.list(context.get('user'))))
app.get('/conversations/:id', async (context) =>
  context.json(await conversations.messages(context.get('user'), context.req.param('id'))),
)
app.post('/conversations/:id', async (context) => {
  const { message } = await context.req.json<{ message: string }>()
  const { signal } = context.req.raw
  const answer = conversations.send(context.get('user'), context.req.param('id'), message, signal)
  return textResponse(answer)
})
app.patch('/conversations/:id', async (context) => {
  const { title } = await context.req.json<{ title: string }>()
  await conversations.rename(context.get('user'), context.req.param('id'), title)
  return context.body(null, 204)
})
app.delete('/conversations/:id', async (context) => {
  await conversations.delete(context.get('user'), context.req.param('id'))
  return context.body(null, 204)
})
