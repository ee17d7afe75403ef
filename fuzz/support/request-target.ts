// A server in a process of its own, whose end can be seen. Prints where it is, and what it reports as failures.
import { createServer } from '@persql/server'

const [, , data = '', adminToken = ''] = process.argv
const server = await createServer({
  data,
  port: 0,
  namespace: 'acme',
  adminToken,
  sweepInterval: 0,
  workers: { min: 1, max: 2 },
  limits: { statementMs: 2000, bodyBytes: 256 * 1024, resultBytes: 1024 * 1024 },
  log: (entry) => {
    if (entry.level === 'error') console.log(JSON.stringify(entry))
  },
})
console.log(`listening ${server.address.port}`)
