import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { BranchesView } from './admin/branches-view.tsx'
import { DatabasesView } from './admin/databases-view.tsx'
import { TokensView } from './admin/tokens-view.tsx'
import { type Connection, isLocal } from './connection.ts'
import { type Database, openDatabase } from './data/database.ts'
import { InsightsView } from './insights/insights-view.tsx'
import { href, type Route, useRoute } from './router.ts'
import { SessionsView } from './sessions/sessions-view.tsx'
import { Mark } from './sign-in.tsx'
import { SqlView } from './sql/sql-view.tsx'
import { Empty } from './ui/empty.tsx'
import { Icon, type IconName } from './ui/icon.tsx'
import { Problem } from './ui/problem.tsx'
import { ShortcutsDialog } from './ui/shortcuts-dialog.tsx'
import { applyTheme, storedTheme, type Theme } from './ui/theme.ts'
import { type Async, useAsync } from './ui/use-async.ts'
import { isTyping, useKeys } from './ui/use-keys.ts'

interface View {
  readonly id: string
  readonly label: string
  readonly icon: IconName
  readonly isForAdmin?: boolean
}

const VIEWS: readonly View[] = [
  { id: 'sessions', label: 'Sessions', icon: 'sessions' },
  { id: 'insights', label: 'Insights', icon: 'insights' },
  { id: 'sql', label: 'SQL', icon: 'sql' },
  { id: 'databases', label: 'Databases', icon: 'databases', isForAdmin: true },
  { id: 'branches', label: 'Branches', icon: 'branches', isForAdmin: true },
  { id: 'tokens', label: 'Tokens', icon: 'tokens', isForAdmin: true },
]

export interface ShellProps {
  readonly connection: Connection
  readonly onSignOut: () => void
}

/** The navigation, and the view that the address names. */
export function Shell({ connection, onSignOut }: ShellProps) {
  const route = useRoute()
  const [databases, setDatabases] = useState(connection.databases)
  const slug = route.database ?? databases[0]?.slug
  const database = useAsync(slug ?? '', async (signal) =>
    slug === undefined
      ? undefined
      : openDatabase(connection.persql.database(connection.namespace, slug), signal),
  )
  const [isHelpOpen, setHelpOpen] = useState(false)
  useKeys((event) => {
    if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === '?') setHelpOpen(true)
    const view = event.key >= '1' && event.key <= '6' ? VIEWS[Number(event.key) - 1] : undefined
    if (view && (connection.isAdmin || !view.isForAdmin)) location.hash = href(slug, view.id)
  })
  const views = VIEWS.filter(({ isForAdmin }) => connection.isAdmin || !isForAdmin)
  const view = views.find(({ id }) => id === route.view) ?? views[0]!
  useEffect(() => {
    document.title = `${view.label} · PerSQL`
  }, [view.label])
  const name = databases.find((one) => one.slug === slug)?.name ?? slug
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        Skip to content
      </button>
      <header class="side">
        <div class="brand">
          <label for="database-picker">
            <Mark />
          </label>
          {isLocal ? (
            <span class="database-name" title={name}>
              {name}
            </span>
          ) : (
            <DatabasePicker
              slugs={databases.map((one) => one.slug)}
              slug={slug}
              onPick={(picked) => {
                location.hash = href(picked, view.id)
              }}
            />
          )}
        </div>
        <nav aria-label="Views">
          {views.map(({ id, label, icon }) => (
            <a
              key={id}
              class="nav-link"
              href={href(slug, id)}
              aria-current={id === view.id ? 'page' : undefined}
            >
              <Icon name={icon} />
              <span>{label}</span>
            </a>
          ))}
        </nav>
        <div class="side-foot">
          {!isLocal && (
            <span class="who" title={`${connection.namespace}, ${connection.role}`}>
              {connection.namespace} <span class="tag">{connection.role}</span>
            </span>
          )}
          <span class="side-buttons">
            <ThemeButton />
            <button
              type="button"
              class="quiet help"
              aria-label="Keyboard shortcuts"
              title="Keyboard shortcuts"
              onClick={() => setHelpOpen(true)}
            >
              ?
            </button>
            {!isLocal && (
              <button type="button" class="quiet" aria-label="Sign out" title="Sign out" onClick={onSignOut}>
                <Icon name="out" />
              </button>
            )}
          </span>
        </div>
      </header>
      <main id="main" class="main" tabIndex={-1}>
        <ViewOf
          view={view.id}
          route={route}
          connection={{ ...connection, databases }}
          database={database}
          slug={slug}
          onDatabases={setDatabases}
        />
      </main>
      {isHelpOpen && <ShortcutsDialog onClose={() => setHelpOpen(false)} />}
    </div>
  )
}

interface ViewOfProps {
  readonly view: string
  readonly route: Route
  readonly connection: Connection
  readonly database: Async<Database | undefined>
  readonly slug: string | undefined
  readonly onDatabases: (databases: Connection['databases']) => void
}

function ViewOf({ view, route, connection, database, slug, onDatabases }: ViewOfProps): ComponentChildren {
  const { persql, namespace } = connection
  if (view === 'databases') {
    return <DatabasesView persql={persql} namespace={namespace} current={slug} onChange={onDatabases} />
  }
  if (view === 'tokens') return <TokensView persql={persql} databases={connection.databases} />
  if (slug === undefined) {
    return (
      <Empty icon="databases" title="No database yet">
        Create one under <a href={href(undefined, 'databases')}>Databases</a>, or write its name into the
        picker.
      </Empty>
    )
  }
  if (view === 'branches') {
    return <BranchesView key={slug} database={persql.database(namespace, slug)} />
  }
  if (database.error) {
    return (
      <div class="page">
        <Problem error={database.error} onRetry={database.reload} />
      </div>
    )
  }
  if (!database.data) return <p class="starting">Opening…</p>
  const { data } = database
  const canWrite = connection.role !== 'readonly' && connection.role !== 'read'
  switch (view) {
    case 'insights':
      return <InsightsView key={slug} database={data} connection={connection} />
    case 'sql':
      return <SqlView key={slug} database={data} canWrite={canWrite} onSchemaChange={database.reload} />
    default:
      return (
        <SessionsView
          key={slug}
          database={data}
          sessionId={route.rest[0]}
          rowId={route.rest[1]}
          onTablesMissing={database.reload}
        />
      )
  }
}

interface DatabasePickerProps {
  readonly slugs: readonly string[]
  readonly slug: string | undefined
  readonly onPick: (slug: string) => void
}

/** Branches are not listed; their names can be typed. */
function DatabasePicker({ slugs, slug = '', onPick }: DatabasePickerProps) {
  const pick = (value: string) => value !== '' && value !== slug && onPick(value)
  return (
    <>
      <input
        key={slug}
        id="database-picker"
        class="database-picker"
        aria-label="Database"
        list="databases"
        defaultValue={slug}
        placeholder="Database"
        autocomplete="off"
        spellcheck={false}
        onFocus={(event) => event.currentTarget.select()}
        onChange={(event) => pick(event.currentTarget.value.trim())}
      />
      <datalist id="databases">
        {slugs.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </>
  )
}

const NEXT: Readonly<Record<Theme, Theme>> = { auto: 'light', light: 'dark', dark: 'auto' }
const THEME_ICONS = { auto: 'auto', light: 'sun', dark: 'moon' } as const
const THEME_NAMES = { auto: 'as the system', light: 'light', dark: 'dark' }

function ThemeButton() {
  const [theme, setTheme] = useState(storedTheme)
  const toggle = () => {
    applyTheme(NEXT[theme])
    setTheme(NEXT[theme])
  }
  const label = `Theme: ${THEME_NAMES[theme]}`
  return (
    <button type="button" class="quiet" aria-label={label} title={label} onClick={toggle}>
      <Icon name={THEME_ICONS[theme]} />
    </button>
  )
}
