import type { Database } from '../data/database.ts'
import { countRuns } from '../data/runs.ts'
import { number } from '../ui/format.ts'
import { useAsync } from '../ui/use-async.ts'
import { runsAddressOf } from './runs-address.ts'

export interface SessionRunsProps {
  readonly database: Database
  readonly sessionId: string
}

/** Leads from a session to its runs, where it has any. */
export function SessionRuns({ database, sessionId }: SessionRunsProps) {
  const count = useAsync(`${database.hasRuns} ${sessionId}`, async (signal) =>
    database.hasRuns ? countRuns(database, sessionId, signal) : 0,
  )
  if (!count.data) return null
  return (
    <a class="button" href={runsAddressOf(database.slug, { filter: { sessionId } })}>
      Runs <span class="count">{number(count.data)}</span>
    </a>
  )
}
