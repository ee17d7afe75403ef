import { useState } from 'preact/hooks'
import type { Connection } from './connection.ts'
import type { Database } from './data/database.ts'
import { listSessions } from './data/session-list.ts'
import { href } from './router.ts'
import { Dialog } from './ui/dialog.tsx'
import { Icon, type IconName } from './ui/icon.tsx'
import { offeredItems } from './ui/offered-items.ts'
import { useAsync } from './ui/use-async.ts'
import { useTyped } from './ui/use-typed.ts'
import type { View } from './views.tsx'

/** More of them are in the list, which can be searched. */
const SESSIONS = 8

/** The types of elements know it only with a list of the browser's own. */
const COMBOBOX: object = { role: 'combobox', 'aria-expanded': true, 'aria-controls': 'commands' }

export interface PaletteProps {
  readonly views: readonly View[]
  readonly view: View
  readonly databases: Connection['databases']
  readonly slug: string | undefined
  readonly database: Database | undefined
  readonly onClose: () => void
}

interface Command {
  readonly label: string
  readonly what: string
  readonly icon: IconName
  readonly run: () => void
}

/** Goes to a view, a database or a session by its name, and does what can be done with the session that is open. */
export function Palette({ onClose, ...props }: PaletteProps) {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const field = useTyped(text, (typed) => {
    setText(typed)
    setAt(0)
  })
  const sessions = useAsync(text, async (signal) => {
    if (!props.database) return []
    const search = { text: text.trim(), inItems: false, order: 'activity' } as const
    return (await listSessions(props.database, search, undefined, signal)).rows.slice(0, SESSIONS)
  })
  const commands = [
    ...commandsOf(props).filter(({ label }) => label.toLowerCase().includes(text.trim().toLowerCase())),
    ...(sessions.data ?? []).map(({ id }) =>
      goTo(id, 'Session', 'sessions', href(props.slug, 'sessions', id)),
    ),
  ]
  const pick = (command: Command | undefined) => {
    if (!command) return
    onClose()
    command.run()
  }
  const onKey = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step === 0 && event.key !== 'Enter' && event.key !== 'Escape') return
    // The browser would only empty the field at the first Escape.
    event.preventDefault()
    if (event.key === 'Escape') return onClose()
    if (step === 0) return pick(commands[at])
    const next = Math.min(Math.max(at + step, 0), commands.length - 1)
    setAt(next)
    document.getElementById(`command-${next}`)?.scrollIntoView({ block: 'nearest' })
  }
  return (
    <Dialog title="Go to" onClose={onClose}>
      <search class="search palette-search">
        <Icon name="search" />
        <input
          type="search"
          aria-label="View, session or action"
          placeholder="View, session or action"
          aria-activedescendant={commands[at] && `command-${at}`}
          autocomplete="off"
          autofocus
          {...COMBOBOX}
          onKeyDown={onKey}
          {...field}
        />
      </search>
      {commands.length === 0 ? (
        <p class="muted palette-none">{sessions.isLoading ? 'Searching…' : 'Nothing of this name'}</p>
      ) : (
        <div class="palette" id="commands" role="listbox" aria-label="What to go to or to do">
          {commands.map((command, index) => (
            <div
              key={`${command.what} ${command.label}`}
              id={`command-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === at}
              onClick={() => pick(command)}
            >
              <Icon name={command.icon} />
              <span class="session-id">
                <bdi>{command.label}</bdi>
              </span>
              <span class="muted">{command.what}</span>
            </div>
          ))}
        </div>
      )}
    </Dialog>
  )
}

function commandsOf({ views, view, databases, slug }: Omit<PaletteProps, 'onClose'>): Command[] {
  const others = databases.filter((one) => one.slug !== slug)
  return [
    ...offeredItems().map(({ label, icon, onPick }) => ({ label, icon, what: 'This session', run: onPick })),
    ...views.map(({ id, label, icon }) => goTo(label, 'View', icon, href(slug, id))),
    ...others.map((one) => goTo(one.slug, 'Database', 'databases', href(one.slug, view.id))),
  ]
}

function goTo(label: string, what: string, icon: IconName, address: string): Command {
  return {
    label,
    what,
    icon,
    run: () => {
      location.hash = address
    },
  }
}
