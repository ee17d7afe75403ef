import { type SessionStore, type SqlStatement, StorageError } from '@persql/session-core'
import { memoryStatements } from '../facts/memory-statements.ts'
import { toEpisode } from '../facts/read-rows.ts'
import type { EpisodeRow } from '../facts/written-rows.ts'
import type { MemoryBatches } from '../layout/memory-batches.ts'
import type { Episode } from '../memory.ts'
import type { Summary } from '../memory-store.ts'

/**
 * How often a distillation starts over because another caller was faster. Each time costs a call of a model, and a
 * session that others have summed up so often is still running.
 */
const ATTEMPTS = 10

/**
 * Sums up the items after the last row that an episode of the session covers. The insert does nothing where another
 * caller has covered some of them meanwhile; then it starts over with what is left.
 */
export async function distill<Item>(
  batches: MemoryBatches,
  sessions: SessionStore<Item>,
  sessionId: string,
  summarize: (items: Item[]) => Summary | Promise<Summary>,
  prepare: (summary: Summary) => Promise<{ row: EpisodeRow; more: readonly SqlStatement[] }>,
): Promise<Episode | null> {
  const { dialect } = batches
  const statements = memoryStatements(dialect)
  const lock = dialect.lockSession ? [dialect.lockSession({ session: sessionId })] : []
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const [found] = await batches.run([statements.latestDistilled({ session: sessionId })], {
      readOnly: true,
    })
    const latest = found?.rows[0]
    const previous = latest ? toEpisode(latest) : null
    const covered = previous?.rows?.last ?? 0
    const { items } = await sessions.readPage(sessionId, { limit: Number.MAX_SAFE_INTEGER - 1 })
    const rest = items.filter(({ rowId }) => rowId > covered)
    const [first, last] = [rest[0], rest.at(-1)]
    if (!first || !last) return previous

    const { row, more } = await prepare(await summarize(rest.map(({ item }) => item)))
    const record = statements.recordDistilled({ ...row, first_row: first.rowId, last_row: last.rowId })
    const indexing = dialect.textIndex.indexEpisode(row)
    const results = await batches.runFor((hasTextIndex) => [
      ...lock,
      record,
      ...more,
      ...(hasTextIndex ? indexing : []),
    ])
    const inserted = results[lock.length]!.rows[0]
    if (inserted) return toEpisode(inserted)
  }
  throw new StorageError(
    'HISTORY_CONFLICT',
    `The session was distilled by others ${ATTEMPTS} times meanwhile. Try again when it has ended.`,
  )
}
