/** RAW behind HTTP: `node bare-http-server.ts <folder>`. Tells its URL on standard error. */
import { mkdirSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createDatabase } from '../database-files.ts'
import { openStore } from './raw.ts'
import type { Store } from './store.ts'

const [, , folder = '.'] = process.argv
mkdirSync(folder, { recursive: true })
const stores = new Map<string, Store>()

const server = createServer(async (request, response) => {
  const { database, session, limit, items } = JSON.parse(await textOf(request))
  const found = storeOf(database).session(session)
  let answer: unknown = {}
  if (request.url === '/read') answer = found.getItems(limit)
  else if (request.url === '/append') found.addItems(items)
  else found.undo()
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(answer))
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  process.stderr.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
})

function textOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => resolve(Buffer.concat(pieces).toString()))
    request.on('error', reject)
  })
}

function storeOf(database: string): Store {
  const file = `${folder}/${database}.db`
  const store = stores.get(database) ?? makeStore(file)
  stores.set(database, store)
  return store
}

function makeStore(file: string): Store {
  createDatabase(file, [])
  return openStore(file)
}
