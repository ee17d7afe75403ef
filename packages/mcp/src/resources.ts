import {
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  ResourceTemplate,
} from '@modelcontextprotocol/server'
import type { McpOptions } from './mcp-options.ts'
import { catalogOf, storeOf, withoutTables } from './sessions.ts'
import { toToolError } from './tool-error.ts'
import { toEntry, toText } from './transcript.ts'

/** Sessions of one database in the list; older ones are reached by the template. */
const LISTED_SESSIONS = 100
const LISTED_DATABASES = 50
const ITEMS = 200

const SCHEMA = {
  title: 'Schema',
  description: 'The SQL of the tables, indexes, triggers and views of a database.',
  mimeType: 'application/sql',
}
const TRANSCRIPT = {
  title: 'Transcript',
  description: `The newest ${ITEMS} items of a session as text; with "before", those before that row.`,
  mimeType: 'text/plain',
}

/** The schema of a database and the transcripts of its sessions. */
export function registerResources(server: McpServer, options: McpOptions): void {
  server.registerResource(
    'schema',
    new ResourceTemplate('persql://{database}/schema', { list: undefined }),
    SCHEMA,
    (uri, { database }) =>
      read(uri, SCHEMA.mimeType, async () => {
        const handle = await options.database(decode(database))
        const schema = await handle.schema()
        return schema.map(({ sql }) => `${sql};\n`).join('\n')
      }),
  )

  server.registerResource(
    'transcript',
    new ResourceTemplate('persql://{database}/sessions/{id}{?before}', { list: undefined }),
    TRANSCRIPT,
    (uri, { database, id, before }) =>
      read(uri, TRANSCRIPT.mimeType, async () => {
        const handle = await options.database(decode(database))
        const page = { limit: ITEMS, ...(before !== undefined && { before: Number(before) }) }
        const store = storeOf(handle, () => {})
        const { items, before: older } = await withoutTables(store.readPage(decode(id), page), { items: [] })
        if (items.length === 0)
          throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'There is no such session.')
        const text = toText(items.map(({ rowId, createdAt, item }) => toEntry(rowId, createdAt, item)))
        const url = `persql://${encodeURIComponent(decode(database))}/sessions/${encodeURIComponent(decode(id))}`
        return older === undefined ? text : `Older items: ${url}?before=${older}\n\n${text}`
      }),
  )

  // One page for each database, so that a client which reads all pages is soon done.
  server.server.setRequestHandler('resources/list', async ({ params }) => {
    const slugs = await slugsOf(options)
    const slug = params?.cursor ?? slugs[0]
    if (slug === undefined) return { resources: [] }
    const index = slugs.indexOf(slug)
    if (index < 0)
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'The cursor is not one of a list.')
    const next = slugs[index + 1]
    return { resources: await resourcesOf(options, slug), ...(next !== undefined && { nextCursor: next }) }
  })
}

async function slugsOf({ client, defaultDatabase }: McpOptions): Promise<string[]> {
  try {
    const others = client ? (await client.databases.list()).map(({ slug }) => slug) : []
    const first = defaultDatabase === undefined ? [] : [defaultDatabase]
    return [...new Set([...first, ...others])].slice(0, LISTED_DATABASES)
  } catch (error) {
    throw protocolError(error)
  }
}

async function resourcesOf(options: McpOptions, slug: string) {
  const base = `persql://${encodeURIComponent(slug)}`
  const schema = { uri: `${base}/schema`, name: `${slug} schema`, ...SCHEMA }
  try {
    const catalog = catalogOf(await options.database(slug))
    const { sessions } = await withoutTables(catalog.list({ limit: LISTED_SESSIONS }), { sessions: [] })
    return [
      schema,
      ...sessions.map(({ sessionId, itemCount, lastActivity }) => ({
        uri: `${base}/sessions/${encodeURIComponent(sessionId)}`,
        name: sessionId,
        title: `${slug}: ${sessionId}`,
        description: `${itemCount} items, the last at ${lastActivity.toISOString()}`,
        mimeType: TRANSCRIPT.mimeType,
      })),
    ]
  } catch (error) {
    throw protocolError(error)
  }
}

async function read(uri: URL, mimeType: string, text: () => Promise<string>) {
  try {
    return { contents: [{ uri: uri.href, mimeType, text: await text() }] }
  } catch (error) {
    throw protocolError(error)
  }
}

function decode(variable: string | string[] | undefined): string {
  try {
    return decodeURIComponent(String(variable))
  } catch {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'The URI has a broken percent code.')
  }
}

function protocolError(error: unknown): ProtocolError {
  if (error instanceof ProtocolError) return error
  const { error: message, ...data } = toToolError(error)
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message, data)
}
