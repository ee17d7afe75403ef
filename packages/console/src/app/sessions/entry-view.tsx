import { type ItemReading, partsText, readItem } from '@persql/session-core'
import type { LoadedRow } from '../data/item-cache.ts'
import type { Entry } from '../data/outline.ts'
import { Boundary } from '../ui/boundary.tsx'
import { dateTime } from '../ui/format.ts'
import { Icon, type IconName } from '../ui/icon.tsx'
import { memo } from '../ui/memo.tsx'
import { ShowsAll } from '../ui/shows-all.ts'
import { Time } from '../ui/time.tsx'
import { EntryActions } from './entry-actions.tsx'
import type { EntryViewProps } from './entry-view-props.ts'
import { Fold } from './fold.tsx'
import { Parts } from './parts-view.tsx'
import { toolCallOf } from './tool-call.ts'
import { ToolView } from './tool-view.tsx'

/** One entry of a conversation, as it reads in a chat. */
export const EntryView = memo((props: EntryViewProps) => {
  const { entry, call, isMarked, position, total } = props
  const { row, turn } = entry
  const kind = row.kind === 'message' ? `message ${roleClass(row.role)}` : (CLASSES[row.kind] ?? row.kind)
  return (
    <article
      class={`entry ${kind}`}
      aria-posinset={position}
      aria-setsize={total}
      aria-current={isMarked ? 'true' : undefined}
      data-row={row.id}
    >
      {turn !== undefined && (
        <div class="turn-mark">
          <span>Turn {turn}</span>
          <time dateTime={isoOf(row.createdAt)}>{dateTime(row.createdAt)}</time>
        </div>
      )}
      <Boundary fallback={<Note icon="warning" title={`Row ${row.id} cannot be shown`} {...props} />}>
        <ShowsAll.Provider value={isMarked}>
          {call === undefined ? <Loading entry={entry} /> : <Content {...props} call={call} />}
        </ShowsAll.Provider>
      </Boundary>
    </article>
  )
})

const CLASSES: Readonly<Record<string, string>> = { call: 'tool', reasoning: 'other' }

function isoOf(date: Date): string | undefined {
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}

function roleClass(role = ''): string {
  return ['user', 'assistant', 'system', 'developer'].includes(role) ? `role-${role}` : 'role-other'
}

function Loading({ entry }: { readonly entry: Entry }) {
  return (
    <div class="card loading">
      <span class="who">{entry.row.role || entry.row.tool || entry.row.type}</span>
      <span class="skeleton" />
    </div>
  )
}

function Content(props: EntryViewProps & { readonly call: LoadedRow }) {
  const { entry, call, result } = props
  const { row } = entry
  if (call.isGone) return <Note icon="warning" title="This row has been removed." {...props} />
  if (call.item === undefined || row.kind === 'unreadable') {
    return <Note icon="warning" title={`Row ${row.id} does not hold a readable item`} {...props} />
  }
  const reading = readItem(call.item)
  switch (row.kind) {
    case 'message':
      return <Message {...props} reading={reading} />
    case 'call':
      return <ToolView {...props} tool={toolCallOf(call, result)} />
    case 'result':
      return <ToolView {...props} tool={toolCallOf(undefined, call)} />
    default:
      return <Other {...props} reading={reading} />
  }
}

function Note({
  icon,
  title,
  ...props
}: EntryViewProps & { readonly icon: IconName; readonly title: string }) {
  return (
    <div class="card note">
      <Icon name={icon} />
      <span class="grow">{title}</span>
      <EntryActions {...props} />
    </div>
  )
}

const ROLE_NAMES: Readonly<Record<string, string>> = {
  user: 'User',
  assistant: 'Assistant',
  system: 'System',
  developer: 'Developer',
}

function Message({ reading, ...props }: EntryViewProps & { readonly reading: ItemReading }) {
  const { row } = props.entry
  const { role = '', status, said } = reading
  return (
    <div class="card">
      <header class="entry-head">
        <span class="who">{ROLE_NAMES[role] ?? role}</span>
        {status === 'incomplete' && <span class="tag warn">incomplete</span>}
        <span class="grow" />
        <Time at={row.createdAt} />
        <EntryActions {...props} />
      </header>
      <Parts parts={said} />
    </div>
  )
}

const OTHER_TITLES: ReadonlyMap<string, readonly [IconName, string]> = new Map([
  ['reasoning', ['thought', 'Reasoning']],
  ['compaction', ['fork', 'History compacted']],
])

function Other(props: EntryViewProps & { readonly reading: ItemReading }) {
  const { type, said } = props.reading
  const [icon, title] = OTHER_TITLES.get(type) ?? ['code', type === 'message' ? 'Item' : type]
  return (
    <Fold
      {...props}
      icon={icon}
      title={<span class="who">{title}</span>}
      preview={partsText(said).slice(0, 300)}
    >
      <Parts parts={said} />
    </Fold>
  )
}
