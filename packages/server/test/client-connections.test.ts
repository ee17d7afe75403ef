import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ClientConnections } from '../src/http/client-connections.ts'

const ANSWER = Buffer.alloc(16 * 1024 * 1024)

test('cuts a connection whose client does not read its answer for too long, and no other', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
  onTestFinished(() => {
    vi.useRealTimers()
  })
  const answers: ServerResponse[] = []
  const http = createServer((_, answer) => answers.push(answer))
  onTestFinished(() => {
    http.close()
  })
  const clients = new ClientConnections(http, { most: 10, unreadBytes: Number.MAX_SAFE_INTEGER })
  await once(http.listen(0, '127.0.0.1'), 'listening')
  const { port } = http.address() as AddressInfo
  const [silent, thinking] = await Promise.all(
    [1, 2].map(async () => {
      const client = connect(port, '127.0.0.1').pause()
      client.on('error', () => {})
      onTestFinished(() => {
        client.destroy()
      })
      const asked = once(http, 'request')
      client.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
      await asked
      return client
    }),
  )
  // The other one waits for an answer that takes its time.
  answers[0]?.end(ANSWER)
  vi.advanceTimersByTime(1000)
  vi.advanceTimersByTime(30_000)
  expect([clients.closed.unread, clients.open]).toEqual([0, 2])
  vi.advanceTimersByTime(ANSWER.length / 128 + 1000)
  expect([clients.closed.unread, clients.open]).toEqual([1, 1])
  await once(silent?.resume() as never, 'close')
  answers[1]?.end('done')
  await once(thinking?.resume() as never, 'data')
})
