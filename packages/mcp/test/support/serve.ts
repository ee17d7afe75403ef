import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { fileStorage, sqlJsDriver } from '@persql/driver-sqljs'
import { serveStdio } from '@persql/mcp'

/** Serves the database that the arguments name: `node serve.ts better-sqlite3 agents.db [read-only]`. */
const [engine = '', path = '', mode] = process.argv.slice(2)
const driver = engine === 'sql.js' ? sqlJsDriver({ storage: fileStorage(path) }) : betterSqlite3Driver(path)
const server = serveStdio({ driver, readOnly: mode === 'read-only' })
await server.closed
await driver.close()
process.stderr.write('closed\n')
