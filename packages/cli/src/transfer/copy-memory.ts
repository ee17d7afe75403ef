import { createHash } from 'node:crypto'
import type { RawMemoryKind, RawMemoryRow } from '@persql/context/transfer'
import { isStorageError } from '@persql/session-core'
import type { Database } from '../database.ts'
import type { RowNumbers } from './row-numbers.ts'

interface MemoryConflict {
  readonly kind: 'fact' | 'episode' | 'link' | 'working'
  /** The name of a fact, the id of an episode, the ids and the name of a link, or a run and its key. */
  readonly name: string
}

export interface CopiedMemory {
  /** What the destination now has as the source has it. */
  readonly facts: number
  readonly episodes: number
  readonly links: number
  readonly working: number
  /** For how many of those something had to be written. */
  readonly written: number
  /** SHA-256 of what was read from the source, which is what was read back from the destination. */
  readonly checksum: string
  /** What was left alone, because the destination has something else, or something newer, in its place. */
  readonly conflicts: readonly MemoryConflict[]
}

const KINDS = { facts: 'fact', episodes: 'episode', links: 'link', working: 'working' } as const

/**
 * Brings the memory of a database into another one: what is missing, and facts that are newer than there. So a copy
 * that was cut short goes on when it is run again, and a second one writes nothing. Undefined where there is none.
 */
export async function copyMemory(
  source: Database,
  destination: Database,
  numbers: RowNumbers,
  { overwrite }: { readonly overwrite?: boolean | undefined },
): Promise<CopiedMemory | undefined> {
  const { RAW_MEMORY_KINDS, RawMemory } = await import('@persql/context/transfer')
  const from = new RawMemory(source.driver, { createTables: false })
  const counts = await from.counts().catch((cause: unknown) => {
    if (!isStorageError(cause, 'NO_SUCH_TABLE')) throw cause
    throw new Error(
      `The memory of "${source.name}" lacks some of its tables, and was not copied. A write by its agents makes them; --no-memory leaves it behind.`,
      { cause },
    )
  })
  if (Object.values(counts).every((count) => count === 0)) return undefined
  const to = new RawMemory(destination.driver)
  // The tables, so that they need no room in the batches that write.
  await to.counts()
  const hash = createHash('sha256')
  const copied = { facts: 0, episodes: 0, entities: 0, links: 0, working: 0 }
  const conflicts: MemoryConflict[] = []
  let written = 0
  for (const kind of RAW_MEMORY_KINDS) {
    for await (const page of from.read(kind)) {
      const rows = kind === 'episodes' ? await Promise.all(page.map((row) => renumbered(row, numbers))) : page
      const outcomes = await to.write(kind, rows, { overwrite })
      for (const [index, { isSame, isWritten }] of outcomes.entries()) {
        const row = rows[index]!
        if (!isSame) {
          if (kind !== 'entities') conflicts.push({ kind: KINDS[kind], name: nameOf(kind, row) })
          continue
        }
        copied[kind] += 1
        if (isWritten && kind !== 'entities') written += 1
        hash.update(`${kind} ${to.textOf(kind, row)}\n`)
      }
    }
  }
  await to.index()
  const { entities: _, ...told } = copied
  return { ...told, written, checksum: hash.digest('hex'), conflicts }
}

/** An episode that sums up the same rows in the destination. */
async function renumbered(row: RawMemoryRow, numbers: RowNumbers): Promise<RawMemoryRow> {
  const { session_id: session, first_row: first, last_row: last } = row
  if (session == null || first == null || last == null) return row
  const [from, to] = await Promise.all([
    numbers.from(String(session), Number(first)),
    numbers.upTo(String(session), Number(last)),
  ])
  const isThere = from !== null && to !== null && from <= to
  return { ...row, first_row: isThere ? from : null, last_row: isThere ? to : null }
}

function nameOf(kind: RawMemoryKind, row: RawMemoryRow): string {
  const names = { facts: ['name'], links: ['src', 'rel', 'dst'], working: ['run_id', 'key'] }
  return (names[kind as keyof typeof names] ?? ['id']).map((column) => String(row[column])).join(' ')
}
