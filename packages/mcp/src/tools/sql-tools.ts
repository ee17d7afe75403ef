import { PerSQLError, type QueryResult, type TableDescription } from '@persql/sdk'
import { decodeValue, encodeValue, type SqlValue } from '@persql/sdk/protocol'
import { z } from 'zod'
import { type Cell, cell, cutText, param, RowWindow, readable } from '../cells.ts'
import { database, defineTool } from '../tool.ts'
import { ToolRefusal } from '../tool-error.ts'

const sql = z.string().min(1).max(100_000).describe('One statement. Values belong in params.')
const params = z
  .array(param)
  .max(10_000)
  .optional()
  .describe('Values for the placeholders, in order: ?, in PostgreSQL $1, $2.')
const limit = z.int().min(1).max(1000).default(100).describe('Most rows to show.')

/** Of a column, in a result; of a column, key or index with all that belongs to it, in a description. */
const LONGEST_NAME = 1000

const rows = {
  columns: z.array(z.string()),
  rows: z.array(z.array(cell)),
  rowCount: z.number().describe('Rows of the result, shown or not.'),
  note: z.string().optional(),
}

/** `query` only reads, so that clients can let it pass without asking; `batch` is the one tool for SQL that writes. */
export const sqlTools = [
  defineTool({
    name: 'query',
    title: 'Read with SQL',
    description:
      'Runs one SQLite statement that only reads, and returns its rows. Conversations are in agent_sessions (session_id, ' +
      'created_at, updated_at) and agent_messages (id, session_id, message_data, created_at), unless describe shows ' +
      "others; message_data is one item as JSON, read with ->>, as in message_data ->> '$.role'; times are UTC text.",
    descriptionOnPostgres:
      'Runs one PostgreSQL statement that only reads, and returns its rows. Conversations are in agent_sessions (session_id, ' +
      'created_at, updated_at) and agent_messages (id, session_id, message_data, created_at), unless describe shows ' +
      "others; message_data is text that holds one item as JSON, as in cast(message_data as json) ->> 'role', which fails " +
      'for rows that PostgreSQL cannot read; times are UTC.',
    input: z.strictObject({ database, sql, params, limit }),
    output: z.strictObject({ ...rows, rowsRead: z.number() }),
    effect: 'reads',
    async run(args, { database, readOnly, signal }) {
      const handle = await database(args.database)
      const reading = handle.query(args.sql, toValues(args.params), { readOnly: true, signal })
      const result = await reading.catch((error: unknown) => {
        throw readOnly ? error : withHint(error)
      })
      return { ...toRows(result, new RowWindow(args.limit)), rowsRead: result.rowsRead }
    },
  }),

  defineTool({
    name: 'batch',
    title: 'Write with SQL',
    description:
      'Runs up to 100 SQL statements in order, which may write: all of them or none, unless transaction is false. ' +
      'Returns one result for each.',
    input: z.strictObject({
      database,
      statements: z.array(z.strictObject({ sql, params })).min(1).max(100),
      transaction: z.boolean().default(true).describe('False: statements before a failing one stay applied.'),
      idempotencyKey: z
        .string()
        .regex(/^[\x20-\x7e]{1,200}$/, '1 to 200 printable ASCII characters')
        .optional()
        .describe(
          'A retry with the same key within 24 hours is not applied again. Has no effect on a local file.',
        ),
      limit,
    }),
    output: z.strictObject({
      results: z.array(
        z.strictObject({ ...rows, changes: z.number().optional(), lastInsertRowid: cell.optional() }),
      ),
    }),
    effect: 'destroys',
    async run(args, { database, signal }) {
      const { transaction, idempotencyKey, limit } = args
      const handle = await database(args.database)
      const statements = args.statements.map(({ sql, params }) => ({ sql, params: toValues(params) }))
      const results = await handle.batch(statements, { transaction, idempotencyKey, signal })
      const window = new RowWindow(limit)
      return {
        results: results.map((result) => ({
          ...toRows(result, window),
          ...(result.changes !== undefined && { changes: result.changes }),
          ...(result.lastInsertRowid !== undefined && {
            lastInsertRowid: encodeValue(result.lastInsertRowid) as Cell,
          }),
        })),
      }
    },
  }),

  defineTool({
    name: 'describe',
    title: 'Describe tables',
    description: 'The tables with their columns, foreign keys and indexes. Call it before writing SQL.',
    input: z.strictObject({
      database,
      table: z.string().min(1).max(200).optional().describe('Only this table.'),
    }),
    output: z.strictObject({
      tables: z.array(
        z.strictObject({
          table: z.string(),
          columns: z
            .array(z.string())
            .describe('Name, type, then NOT NULL, PRIMARY KEY, DEFAULT where they hold.'),
          foreignKeys: z.array(z.string()).optional(),
          indexes: z.array(z.string()).optional(),
        }),
      ),
      others: z
        .array(z.string())
        .optional()
        .describe('Tables for which there is no room: ask for them one by one.'),
    }),
    effect: 'reads',
    async run(args, { database, signal }) {
      const handle = await database(args.database)
      const { tables } = await handle.describe({ signal })
      const wanted = args.table?.toLowerCase()
      const described = tables
        .filter(({ table }) => wanted === undefined || table.toLowerCase() === wanted)
        .map(({ table, columns, foreignKeys, indexes }) => ({
          table,
          columns: columns.map(columnText),
          ...(foreignKeys.length > 0 && { foreignKeys: foreignKeys.map(foreignKeyText) }),
          ...(indexes.length > 0 && { indexes: indexes.map(indexText) }),
        }))
      const shown = readable(described)
      const others = readable(described.slice(shown.length).map(({ table }) => table))
      return { tables: shown, ...(others.length > 0 && { others }) }
    },
  }),
]

/** Where SQL was refused because it writes, the error says what can run it. */
function withHint(error: unknown): unknown {
  if (!(error instanceof PerSQLError) || error.detail?.kind !== 'readonly') return error
  const { code, message, status, detail } = error
  return new PerSQLError(code, message, {
    status,
    detail: { ...detail, hint: 'query only reads; batch runs SQL that writes.' },
    cause: error,
  })
}

function toValues(params: readonly unknown[] | undefined): SqlValue[] | undefined {
  return params?.map((value, index) => {
    try {
      return decodeValue(value)
    } catch {
      throw new ToolRefusal(`params.${index}: $bytes must be Base64, $bigint an integer of 64 bits.`)
    }
  })
}

function toRows({ columns, rows }: QueryResult, window: RowWindow) {
  const shown = window.show(rows)
  const note =
    shown.length < rows.length
      ? `Showing the first ${shown.length} of ${rows.length} rows. For the others, order by a key and say where it is greater, or use LIMIT and OFFSET; select fewer columns to see more at once.`
      : undefined
  return {
    columns: columns.map((name) => cutText(name, LONGEST_NAME)),
    rows: shown,
    rowCount: rows.length,
    ...(note && { note }),
  }
}

function columnText({
  name,
  type,
  notNull,
  primaryKey,
  defaultValue,
}: TableDescription['columns'][number]): string {
  return [
    name,
    type,
    ...(notNull ? ['NOT NULL'] : []),
    ...(primaryKey > 0 ? ['PRIMARY KEY'] : []),
    ...(defaultValue === null ? [] : [`DEFAULT ${defaultValue}`]),
  ]
    .filter((word) => word !== '')
    .join(' ')
}

function foreignKeyText(key: TableDescription['foreignKeys'][number]): string {
  const to = key.referencedColumns.length > 0 ? `(${key.referencedColumns.join(', ')})` : ''
  return `(${key.columns.join(', ')}) references ${key.referencedTable}${to} on delete ${key.onDelete}`
}

function indexText({ name, unique, columns }: TableDescription['indexes'][number]): string {
  return `${unique ? 'unique ' : ''}${name}(${columns.map((column) => column ?? 'expression').join(', ')})`
}
