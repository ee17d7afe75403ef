import type { SqlResult } from '../driver/sql-driver.ts'
import { isStorageError, StorageError } from '../driver/storage-error.ts'
import type { SessionBatches } from './session-batches.ts'

/** Which rows of a session: all, or the newest that fulfil every condition given. */
export interface RowSelection {
  /** How many rows are read at most. */
  readonly limit?: number | undefined
  /** The row before which rows are read. */
  readonly before?: number | undefined
  /** Only rows from the start of a turn on: how many starts come after it. Where SQL can find turns. */
  readonly skipTurns?: number | undefined
}

type Rows = SqlResult['rows']

/** Half of what a server in this repository gives in one answer, so that escapes have room. */
const MOST_BYTES = 32 * 1024 * 1024

/** Below this, a page is one row. */
const LEAST_BYTES = 64 * 1024

/** As often as a change of the session store starts over, for the same reason. */
const ATTEMPTS = 20

/**
 * Rows of `[id, text, created_at]`, newest first, for histories that do not fit into one answer. They are what the
 * session held at one moment: rows never change and ids only grow, so as long as there are as many rows up to the one
 * that was the newest, they are the same ones. Where they no longer are, it starts over, and after 20 times rejects
 * with `HISTORY_CONFLICT`. Rejects with `TOO_LARGE` where one row alone is.
 */
export async function readInPages(
  batches: SessionBatches,
  session: string,
  selection: RowSelection = {},
): Promise<Rows> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const rows = await readOnce(batches, session, selection)
    if (rows) return rows
  }
  throw new StorageError(
    'HISTORY_CONFLICT',
    `The history was rewritten ${ATTEMPTS} times while it was being read. Try again when others write less.`,
  )
}

/** Nothing where rows were deleted in the meantime. */
async function readOnce(
  batches: SessionBatches,
  session: string,
  { limit = Number.POSITIVE_INFINITY, before = Number.MAX_SAFE_INTEGER, skipTurns }: RowSelection,
): Promise<Rows | undefined> {
  const { readExtent, turns, readRowsBefore, countThrough } = batches.statements
  const options = { readOnly: true, sessions: [session] }
  const [extent, start] = await batches.run(
    [
      readExtent({ session }),
      ...(skipTurns === undefined || !turns ? [] : [turns.readStart({ session, skip: skipTurns })]),
    ],
    options,
  )
  const [last = 0, count = 0] = extent?.rows[0]?.map(Number) ?? []
  const first = Number(start?.rows[0]?.[0] ?? 0)
  const rows: Rows[number][] = []
  let bytes = MOST_BYTES
  for (let end = Math.min(before, last + 1); rows.length < limit; ) {
    const left = Math.min(limit - rows.length, Number.MAX_SAFE_INTEGER)
    const page = { session, first, before: end, limit: left, bytes }
    const [found, through] = await batches
      .run([readRowsBefore(page), countThrough({ session, last })], options)
      .catch((error: unknown) => {
        if (bytes === 0 || !isStorageError(error, 'TOO_LARGE')) throw error
        return NO_RESULTS
      })
    if (!found || !through) {
      bytes = smaller(bytes)
      continue
    }
    if (Number(through.rows[0]?.[0]) !== count) return undefined
    for (const row of found.rows) rows.push(row)
    const oldest = found.rows.at(-1)
    if (!oldest) break
    end = Number(oldest[0])
  }
  return rows
}

const NO_RESULTS: readonly SqlResult[] = []

/** The next smaller size of a page; 0 stands for one row. */
export function smaller(bytes: number): number {
  return bytes / 4 < LEAST_BYTES ? 0 : Math.floor(bytes / 4)
}
