import express from 'express'
import { conversations, userOf } from './app.ts'

export const app = express()

app.use(express.json())
app.get('/conversations', async (request, response) => {
  response.json(await conversations.list(userOf(request.get('x-user'))))
})
app.get('/conversations/:id', async (request, response) => {
  response.json(await conversations.messages(userOf(request.get('x-user')), request.params.id))
})
app.post('/conversations/:id', async (request, response) => {
  const { message } = request.body as { message: string }
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const answer = conversations.send(userOf(request.get('x-user')), request.params.id, message, gone.signal)
  response.type('text/plain')
  for await (const text of answer) response.write(text)
  response.end()
})
app.patch('/conversations/:id', async (request, response) => {
  const { title } = request.body as { title: string }
  await conversations.rename(userOf(request.get('x-user')), request.params.id, title)
  response.status(204).end()
})
app.delete('/conversations/:id', async (request, response) => {
  await conversations.delete(userOf(request.get('x-user')), request.params.id)
  response.status(204).end()
})
