import { serveStdio } from '@persql/mcp'
import { PerSQL } from '@persql/sdk'

/** Serves all that a token reaches: `node serve-stdio.ts <url> [slug]`, with the token in `PERSQL_TOKEN`. */
const [baseURL, name] = process.argv.slice(2)
const { env } = process
const client = new PerSQL({ baseURL, token: env['PERSQL_TOKEN'] })
await serveStdio({ client, name }).closed
