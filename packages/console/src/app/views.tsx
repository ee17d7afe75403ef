import type { ComponentChildren } from 'preact'
import { BranchesView } from './admin/branches-view.tsx'
import { DatabasesView } from './admin/databases-view.tsx'
import { TokensView } from './admin/tokens-view.tsx'
import { type Connection, mayWrite } from './connection.ts'
import type { Database } from './data/database.ts'
import { hasMemory } from './data/memory.ts'
import { InsightsView } from './insights/insights-view.tsx'
import { readMemoryAddress } from './memory/memory-address.ts'
import { MemoryView } from './memory/memory-view.tsx'
import type { Query } from './router.ts'
import { ApprovalsView } from './runs/approvals-view.tsx'
import { readRunsAddress } from './runs/runs-address.ts'
import { RunsView } from './runs/runs-view.tsx'
import { readAddress } from './sessions/sessions-address.ts'
import { SessionsView } from './sessions/sessions-view.tsx'
import { SqlView } from './sql/sql-view.tsx'
import type { IconName } from './ui/icon.tsx'

/** What every view gets. */
export interface ViewProps {
  readonly connection: Connection
  /** What the address says behind the view's id. */
  readonly rest: readonly string[]
  readonly query: Query
  readonly onDatabases: (databases: Connection['databases']) => void
}

/** What a view of one database gets besides, whether that can be opened or not. */
interface NamedViewProps extends ViewProps {
  readonly slug: string
}

/** What a view of an open database gets besides. */
interface DatabaseViewProps extends NamedViewProps {
  readonly database: Database
  readonly onReload: () => void
}

interface Entry {
  /** Its name in an address. */
  readonly id: string
  readonly label: string
  readonly icon: IconName
  /** Whether others than an admin's token of the whole namespace have no use for it. */
  readonly isForAdmin?: boolean
  /** Whether there is something for it in the database. Absent: it is always listed. */
  readonly isFor?: (database: Database) => boolean
  /** Whether it shows beside its name how many calls wait for a decision. */
  readonly countsWaiting?: boolean
}

/** A view, and what must be there before it can be shown. */
export type View = Entry &
  (
    | {
        readonly needs: 'connection'
        render(props: ViewProps & { slug: string | undefined }): ComponentChildren
      }
    | { readonly needs: 'name'; render(props: NamedViewProps): ComponentChildren }
    | { readonly needs: 'database'; render(props: DatabaseViewProps): ComponentChildren }
  )

/** All views in the order in which they are listed. */
export const VIEWS: readonly [View, ...View[]] = [
  {
    id: 'sessions',
    label: 'Sessions',
    icon: 'sessions',
    needs: 'database',
    render: ({ slug, database, rest, query, connection, onReload }) => (
      <SessionsView
        key={slug}
        database={database}
        address={readAddress(rest, query)}
        connection={connection}
        onTablesMissing={onReload}
      />
    ),
  },
  {
    id: 'runs',
    label: 'Runs',
    icon: 'play',
    needs: 'database',
    render: ({ slug, database, rest, query, onReload }) => (
      <RunsView
        key={slug}
        database={database}
        address={readRunsAddress(rest, query)}
        onTablesMissing={onReload}
      />
    ),
  },
  {
    id: 'approvals',
    label: 'Approvals',
    icon: 'approval',
    countsWaiting: true,
    needs: 'database',
    render: ({ slug, database, rest: [runId, callId], connection, onReload }) => (
      <ApprovalsView
        key={slug}
        database={database}
        open={runId === undefined || callId === undefined ? undefined : { runId, callId }}
        canWrite={mayWrite(connection)}
        onTablesMissing={onReload}
      />
    ),
  },
  {
    id: 'memory',
    label: 'Memory',
    icon: 'memory',
    isFor: hasMemory,
    needs: 'database',
    render: ({ slug, database, rest, query, connection, onReload }) => (
      <MemoryView
        key={slug}
        database={database}
        address={readMemoryAddress(rest, query)}
        canWrite={mayWrite(connection)}
        onTablesMissing={onReload}
      />
    ),
  },
  {
    id: 'insights',
    label: 'Insights',
    icon: 'insights',
    needs: 'database',
    render: ({ slug, database, connection, query }) => (
      <InsightsView key={slug} database={database} connection={connection} query={query} />
    ),
  },
  {
    id: 'sql',
    label: 'SQL',
    icon: 'sql',
    needs: 'database',
    render: ({ slug, database, connection, onReload }) => (
      <SqlView key={slug} database={database} canWrite={mayWrite(connection)} onSchemaChange={onReload} />
    ),
  },
  {
    id: 'databases',
    label: 'Databases',
    icon: 'databases',
    isForAdmin: true,
    needs: 'connection',
    render: ({ slug, connection: { persql, namespace }, onDatabases }) => (
      <DatabasesView persql={persql} namespace={namespace} current={slug} onChange={onDatabases} />
    ),
  },
  {
    id: 'branches',
    label: 'Branches',
    icon: 'branches',
    isForAdmin: true,
    needs: 'name',
    render: ({ slug, connection: { persql, namespace } }) => (
      <BranchesView key={slug} database={persql.database(namespace, slug)} />
    ),
  },
  {
    id: 'tokens',
    label: 'Tokens',
    icon: 'tokens',
    isForAdmin: true,
    needs: 'connection',
    render: ({ connection: { persql, databases } }) => <TokensView persql={persql} databases={databases} />,
  },
]

/** The view that a key goes to: 1 to the first that is listed, and so on. */
export function viewOfKey(views: readonly View[], key: string): View | undefined {
  return /^[1-9]$/.test(key) ? views[Number(key) - 1] : undefined
}
