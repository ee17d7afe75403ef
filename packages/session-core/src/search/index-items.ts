import type { SearchIndex } from '../dialects/session-dialect.ts'
import { inParts } from '../driver/in-parts.ts'
import type { BatchOptions, SqlDriver, SqlResult, SqlStatement } from '../driver/sql-driver.ts'
import { isStorageError, StorageError } from '../driver/storage-error.ts'
import { checkLimit } from '../sessions/check-limit.ts'
import { toNumber } from '../sessions/history-reader.ts'
import { SessionBatches } from '../sessions/session-batches.ts'
import type { SessionCatalogOptions } from '../sessions/session-catalog.ts'
import { gramsOf } from './item-grams.ts'
import { readRow } from './read-row.ts'

export interface IndexItemsOptions extends SessionCatalogOptions {
  /** How many rows are indexed at most, newest first. Default: all that are not. */
  readonly limit?: number | undefined
  /** Called after each batch. */
  readonly onProgress?: ((progress: IndexProgress) => void) | undefined
  /** Ends the work after the batch that runs. What is indexed stays so. */
  readonly signal?: AbortSignal | undefined
}

export interface IndexProgress {
  /** How many rows this call has looked at. */
  readonly done: number
  /** How many it has still to look at. */
  readonly remaining: number
}

const ROWS = 500
/** How many characters of grams one batch has, but for a row that alone has more. */
const CHARACTERS = 250_000

/**
 * Indexes the items that are not in the index, for `searchItems` over all sessions; makes the index where there is none,
 * or where the table of items was made anew. Resolves with the number of rows that it has indexed. Several may do so at
 * once, while others write. Rows that anybody writes later are noted by triggers, and searches read those rows until the
 * next call indexes them. A row stays noted, where its grams are more than the database takes in one batch, or where it
 * has characters that this runtime's Unicode does not know. Rejects with `INVALID_ARGUMENT` where the database has no such
 * index: an SQLite without FTS5, or a table in PostgreSQL that has row security, or rows in others.
 */
export async function indexItems(driver: SqlDriver, options: IndexItemsOptions = {}): Promise<number> {
  const limit = checkLimit('limit', options.limit ?? Number.POSITIVE_INFINITY)
  const batches = new SessionBatches(driver, options)
  const index = searchIndexOf(batches)
  let noted = await countUnindexed(driver, options)
  if (noted === undefined) {
    await run(batches, index.create)
    noted = await countUnindexed(driver, options)
  }
  if (noted === undefined) {
    throw new StorageError(
      'INVALID_ARGUMENT',
      `The rows of "${batches.names.messages}" cannot be indexed: it has row security, or rows in other tables.`,
    )
  }
  const total = Math.min(limit, noted)
  let indexed = 0
  let atOnce = ROWS
  let done = 0
  for (let before = Number.MAX_SAFE_INTEGER; done < total && !options.signal?.aborted; ) {
    let rows: SqlResult['rows']
    try {
      const read = index.readNoted({ before, limit: Math.min(atOnce, total - done) })
      const [result] = await batches.run([read], READ)
      rows = result?.rows ?? []
    } catch (error) {
      if (atOnce === 1 || !isStorageError(error, 'TOO_LARGE')) throw error
      atOnce = Math.ceil(atOnce / 4)
      continue
    }
    const known = rows.map((row) => toIndexed(index, row)).filter(([, , grams]) => grams !== undefined)
    for (const part of inParts(known, ([, , grams]) => grams?.length ?? 0, CHARACTERS)) {
      indexed += await write(batches, index, part)
    }
    const last = rows.at(-1)
    if (!last) break
    before = toNumber(last[0])
    done += rows.length
    options.onProgress?.({ done, remaining: total - done })
    await letOthersRun()
  }
  if (indexed > 0 && index.finish) await batches.run([index.finish], { sessions: [] })
  return indexed
}

/** Drops the index, with its tables and triggers. Does nothing where there is none. */
export async function dropItemIndex(driver: SqlDriver, options: SessionCatalogOptions = {}): Promise<void> {
  const batches = new SessionBatches(driver, options)
  await run(batches, searchIndexOf(batches).drop)
}

/** Resolves with the number of rows that are not in the index; with `undefined` where there is no index. */
export async function countUnindexed(
  driver: SqlDriver,
  options: SessionCatalogOptions = {},
): Promise<number | undefined> {
  const batches = new SessionBatches(driver, options)
  const index = batches.dialect.searchIndex?.(batches.names)
  if (!index) return undefined
  const [present] = await batches.run([index.isPresent], READ)
  if (!present?.rows.length) return undefined
  const [whole, noted] = await batches.run([index.isWhole, index.countNoted], READ)
  return whole?.rows.length ? toNumber(noted?.rows[0]?.[0]) : undefined
}

const READ = { readOnly: true, sessions: [] }

function searchIndexOf({ dialect, names }: SessionBatches): SearchIndex {
  const index = dialect.searchIndex?.(names)
  if (index) return index
  throw new StorageError(
    'INVALID_ARGUMENT',
    `Sessions cannot be indexed in a database of dialect "${dialect.name}".`,
  )
}

/** Runs what changes the index. */
async function run(
  batches: SessionBatches,
  statements: readonly SqlStatement[],
  options: BatchOptions = {},
): Promise<readonly SqlResult[]> {
  try {
    return await batches.run(statements, options)
  } catch (cause) {
    if (!isStorageError(cause) || !/no such module: fts5/i.test(cause.message)) throw cause
    throw new StorageError(
      'INVALID_ARGUMENT',
      'The index needs FTS5, and this SQLite was built without it. Use one that has it, such as that of @persql/driver-better-sqlite3.',
      { cause },
    )
  }
}

// A batch on a local file is done before anything else of the process is, timers and signals included.
function letOthersRun(): Promise<void> {
  const { setTimeout } = globalThis as unknown as { setTimeout: (task: () => void) => void }
  return new Promise((resolve) => setTimeout(resolve))
}

/** `grams` is absent where a row stays noted, and null where it is gone. */
type Indexed = readonly [row: number, stamp: number, grams: string | null | undefined]

function toIndexed(index: SearchIndex, [row, stamp, data]: SqlResult['rows'][number]): Indexed {
  const grams = data === null || data === undefined ? null : gramsOf(readRow(data).texts)
  return [toNumber(row), toNumber(stamp), grams && index.toCell(grams)]
}

async function write(batches: SessionBatches, index: SearchIndex, rows: readonly Indexed[]): Promise<number> {
  const notes = JSON.stringify(rows.map(([row, stamp]) => [row, stamp]))
  try {
    const results = await run(batches, index.write(notes, JSON.stringify(rows)), { sessions: [] })
    return results.at(-1)?.rows.length ?? 0
  } catch (error) {
    if (rows.length === 1 && isStorageError(error, 'TOO_LARGE')) return 0
    throw error
  }
}
