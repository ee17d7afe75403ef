import { type Connection, mayWrite } from '../connection.ts'
import type { Database } from '../data/database.ts'
import { Empty } from '../ui/empty.tsx'
import { useInterval } from '../ui/use-async.ts'
import { SessionList } from './session-list.tsx'
import type { SessionsAddress } from './sessions-address.ts'
import { StartCode } from './start-code.tsx'
import { Transcript } from './transcript.tsx'

export interface SessionsViewProps {
  readonly database: Database
  readonly address: SessionsAddress
  readonly connection: Connection
  readonly onTablesMissing: () => void
}

/** The list beside the conversation; one of the two where there is no room for both. */
export function SessionsView({ database, address, connection, onTablesMissing }: SessionsViewProps) {
  const { sessionId } = address
  useInterval(3000, database.sessions === undefined, onTablesMissing)
  if (!database.sessions) {
    return (
      <div class="page">
        <h1 class="visually-hidden">Sessions</h1>
        <Empty icon="sessions" title="No sessions yet">
          <p>The tables of sessions are made with the first item. It appears here.</p>
          <StartCode connection={connection} database={database} />
        </Empty>
      </div>
    )
  }
  return (
    <div class="sessions" data-open={sessionId !== undefined}>
      <SessionList database={database} address={address} />
      {sessionId === undefined ? (
        <div class="nothing-open">
          <Empty icon="sessions" title="Pick a session">
            Use <kbd>j</kbd> and <kbd>k</kbd> to walk through the list, <kbd>/</kbd> to search.
          </Empty>
        </div>
      ) : (
        <Transcript
          key={sessionId}
          database={database}
          sessionId={sessionId}
          address={address}
          canWrite={mayWrite(connection)}
        />
      )}
    </div>
  )
}
