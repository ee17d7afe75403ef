import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { type Connection, isLocal } from './connection.ts'
import { type Database, openDatabase } from './data/database.ts'
import { keepAllLeaving } from './data/delete-later.ts'
import { Palette } from './palette.tsx'
import { href, useRoute } from './router.ts'
import { useWaitingCount } from './runs/use-waiting-count.ts'
import { Mark } from './sign-in.tsx'
import { Empty } from './ui/empty.tsx'
import { number } from './ui/format.ts'
import { Icon } from './ui/icon.tsx'
import { Problem } from './ui/problem.tsx'
import { ShortcutsDialog } from './ui/shortcuts-dialog.tsx'
import { applyTheme, storedTheme, type Theme } from './ui/theme.ts'
import { Toasts } from './ui/toasts.tsx'
import { type Async, useAsync, useInterval } from './ui/use-async.ts'
import { isTyping, useKeys } from './ui/use-keys.ts'
import { useShortcuts } from './ui/use-shortcuts.ts'
import { VIEWS, type View, type ViewProps, viewOfKey } from './views.tsx'

/** After which what could not be reached is tried again. */
const RETRY_MS = 3000

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
  useInterval(RETRY_MS, database.error !== undefined, database.reload)
  // Whoever has signed out deletes nothing any more.
  useEffect(() => keepAllLeaving, [])
  const waiting = useWaitingCount(database.data)
  const views = VIEWS.filter(({ isForAdmin }) => connection.isAdmin || !isForAdmin)
  const listed = views.filter(({ isFor }) => !isFor || (database.data && isFor(database.data)))
  const [isHelpOpen, setHelpOpen] = useState(false)
  const [isPaletteOpen, setPaletteOpen] = useState(false)
  useShortcuts({ help: () => setHelpOpen(true), palette: () => setPaletteOpen(true) })
  useKeys((event) => {
    if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return
    const view = viewOfKey(listed, event.key)
    if (view) location.hash = href(slug, view.id)
  })
  useEffect(() => {
    // Whoever has walked on from a row by a key is at the next one with the next key, and with Enter.
    if (document.activeElement?.matches('.session-row')) {
      document.querySelector<HTMLElement>('.session-row[aria-current]')?.focus()
    }
    document.querySelector('.nav-link[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [route])
  const view = views.find(({ id }) => id === route.view) ?? VIEWS[0]
  useEffect(() => {
    const [shown] = view.id === 'sessions' ? route.rest : []
    document.title = [shown, view.label, 'PerSQL'].filter(Boolean).join(' · ')
  }, [view, route])
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
          {listed.map(({ id, label, icon, countsWaiting }) => (
            <a
              key={id}
              class="nav-link"
              href={href(slug, id)}
              aria-current={id === view.id ? 'page' : undefined}
            >
              <Icon name={icon} />
              <span>{label}</span>
              {countsWaiting && waiting > 0 && (
                <b class="badge" title={`${number(waiting)} waiting`}>
                  {waiting > 99 ? '99+' : waiting}
                </b>
              )}
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
            <button
              type="button"
              class="quiet"
              aria-label="Go to"
              title="Go to (Ctrl or ⌘ K)"
              onClick={() => setPaletteOpen(true)}
            >
              <Icon name="search" />
            </button>
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
          view={view}
          rest={route.rest}
          query={route.query}
          connection={{ ...connection, databases }}
          database={database}
          slug={slug}
          onDatabases={setDatabases}
        />
      </main>
      <Toasts />
      {isPaletteOpen && (
        <Palette
          views={listed}
          view={view}
          databases={databases}
          slug={slug}
          database={database.data}
          onClose={() => setPaletteOpen(false)}
        />
      )}
      {isHelpOpen && <ShortcutsDialog views={listed.length} onClose={() => setHelpOpen(false)} />}
    </div>
  )
}

interface ViewOfProps extends ViewProps {
  readonly view: View
  readonly slug: string | undefined
  readonly database: Async<Database | undefined>
}

/** A view as soon as there is what it needs; until then, why there is not. */
function ViewOf({ view, slug, database, ...props }: ViewOfProps): ComponentChildren {
  if (view.needs === 'connection') return view.render({ ...props, slug })
  if (slug === undefined) {
    return (
      <Empty icon="databases" title="No database yet">
        Create one under <a href={href(undefined, 'databases')}>Databases</a>, or write its name into the
        picker.
      </Empty>
    )
  }
  if (view.needs === 'name') return view.render({ ...props, slug })
  if (database.error) {
    return (
      <div class="page">
        <Problem error={database.error} onRetry={database.reload} />
      </div>
    )
  }
  if (!database.data) return <p class="starting">Opening…</p>
  return view.render({ ...props, slug, database: database.data, onReload: database.reload })
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
