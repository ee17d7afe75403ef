import {
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  ResourceTemplate,
  type Variables,
} from '@modelcontextprotocol/server'
import type { McpOptions } from './mcp-options.ts'
import { catalogOf, storeOf, withoutTables } from './sessions.ts'
import { toToolError } from './tool-error.ts'
import { toEntry, toIso, toText } from './transcript.ts'

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

  const transcript = (uri: URL, { database, id, before }: Variables) =>
    read(uri, TRANSCRIPT.mimeType, async () => {
      const [slug, sessionId] = [decode(database), decode(id)]
      const store = storeOf(await options.database(slug), options, () => {})
      const reading = store.readPage(sessionId, { limit: ITEMS, before: toRow(before) })
      const { items, before: older } = await withoutTables(reading, { items: [] })
      if (items.length === 0) throw invalid('There is no such session, or nothing before that row.')
      const text = toText(items.map(({ rowId, createdAt, item }) => toEntry(rowId, createdAt, item)))
      return older === undefined ? text : `Older items: ${uriOf(slug, sessionId)}?before=${older}\n\n${text}`
    })
  // The one with a query goes first: the library takes the first that fits.
  for (const [name, query] of [
    ['older_transcript', '{?before}'],
    ['transcript', ''],
  ] as const) {
    const template = new ResourceTemplate(`persql://{database}/sessions/{id}${query}`, { list: undefined })
    server.registerResource(name, template, TRANSCRIPT, transcript)
  }

  // One page for each database, so that a client which reads all pages is soon done.
  server.server.setRequestHandler('resources/list', async ({ params }) => {
    const slugs = await slugsOf(options)
    const slug = params?.cursor ?? slugs[0]
    if (slug === undefined) return { resources: [] }
    const index = slugs.indexOf(slug)
    if (index < 0) throw invalid('The cursor is not one of a list.')
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
  const schema = { uri: `persql://${encodeURIComponent(slug)}/schema`, name: `${slug} schema`, ...SCHEMA }
  try {
    const catalog = catalogOf(await options.database(slug), options)
    const { sessions } = await withoutTables(catalog.list({ limit: LISTED_SESSIONS }), { sessions: [] })
    return [
      schema,
      ...sessions.map(({ sessionId, itemCount, lastActivity }) => ({
        uri: uriOf(slug, sessionId),
        name: sessionId,
        title: `${slug}: ${sessionId}`,
        description: `${itemCount} items, the last at ${toIso(lastActivity)}`,
        mimeType: TRANSCRIPT.mimeType,
      })),
    ]
  } catch (error) {
    // A token may reach a database and not its sessions.
    if (isRefusal(error)) return [schema]
    throw protocolError(error)
  }
}

function isRefusal(error: unknown): boolean {
  const { status } = toToolError(error)
  return status === 403 || status === 404
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
    throw invalid('The URI has a broken percent code.')
  }
}

function toRow(before: string | string[] | undefined): number | undefined {
  if (before === undefined) return
  if (/^[1-9]\d{0,15}$/.test(String(before))) return Number(before)
  throw invalid('before must be the number of a row.')
}

function uriOf(slug: string, sessionId: string): string {
  return `persql://${encodeURIComponent(slug)}/sessions/${encodeURIComponent(sessionId)}`
}

function invalid(message: string, data?: unknown): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message, data)
}

function protocolError(error: unknown): ProtocolError {
  if (error instanceof ProtocolError) return error
  const { error: message, ...data } = toToolError(error)
  return invalid(message, data)
}
