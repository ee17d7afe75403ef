import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { StoredRow } from '../data/item-cache.ts'
import type { Entry } from '../data/outline.ts'
import { Boundary } from '../ui/boundary.tsx'
import { dateTime, plural } from '../ui/format.ts'
import { Icon, type IconName } from '../ui/icon.tsx'
import { JsonView } from '../ui/json-view.tsx'
import { Markdown, SafeImage } from '../ui/markdown.tsx'
import { memo } from '../ui/memo.tsx'
import { Time } from '../ui/time.tsx'
import { type Part, partsOf, type ToolCall, toolCallOf } from './item-parts.ts'

/** How much of a long text is shown before somebody asks for all of it. */
const FOLD = 6000

export interface EntryViewProps {
  readonly entry: Entry
  /** Absent until it is loaded. */
  readonly call: StoredRow | undefined
  readonly result: StoredRow | undefined
  readonly isOpen: boolean
  readonly onToggle: (entry: Entry) => void
  readonly onRaw: (entry: Entry) => void
  readonly position: number
  readonly total: number
}

/** One entry of a conversation, as it reads in a chat. */
export const EntryView = memo((props: EntryViewProps) => {
  const { entry, call, position, total } = props
  const { row, turn } = entry
  const kind = row.kind === 'message' ? `message ${roleClass(row.role)}` : row.kind
  return (
    <article class={`entry ${kind}`} aria-posinset={position} aria-setsize={total} data-row={row.id}>
      {turn !== undefined && (
        <div class="turn-mark">
          <span>Turn {turn}</span>
          <time dateTime={isoOf(row.createdAt)}>{dateTime(row.createdAt)}</time>
        </div>
      )}
      <Boundary fallback={<Note icon="warning" title={`Row ${row.id} cannot be shown`} {...props} />}>
        {call === undefined ? <Loading entry={entry} /> : <Content {...props} call={call} />}
      </Boundary>
    </article>
  )
})

function isoOf(date: Date): string | undefined {
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}

function roleClass(role: string): string {
  return ['user', 'assistant', 'system', 'developer'].includes(role) ? `role-${role}` : 'role-other'
}

function Loading({ entry }: { readonly entry: Entry }) {
  return (
    <div class="card loading">
      <span class="who">{entry.row.role || entry.row.name || entry.row.type}</span>
      <span class="skeleton" />
    </div>
  )
}

function Content(props: EntryViewProps & { readonly call: StoredRow }) {
  const { entry, call, result } = props
  const { row } = entry
  if (call.isGone) return <Note icon="warning" title="This row has been removed." {...props} />
  if (call.item === undefined || row.kind === 'unreadable') {
    return <Note icon="warning" title={`Row ${row.id} does not hold a readable item`} {...props} />
  }
  if (row.kind === 'message') return <Message {...props} />
  if (row.kind === 'tool') return <Tool {...props} tool={toolCallOf(call, result)} />
  if (row.kind === 'result') return <Tool {...props} tool={toolCallOf(undefined, call)} isOrphan />
  return <Other {...props} />
}

function RawButton({ entry, onRaw }: Pick<EntryViewProps, 'entry' | 'onRaw'>) {
  return (
    <button
      type="button"
      class="quiet raw"
      aria-label="Raw JSON"
      title="Raw JSON"
      onClick={() => onRaw(entry)}
    >
      <Icon name="code" />
    </button>
  )
}

function Note({
  icon,
  title,
  entry,
  onRaw,
}: EntryViewProps & { readonly icon: IconName; readonly title: string }) {
  return (
    <div class="card note">
      <Icon name={icon} />
      <span class="grow">{title}</span>
      <RawButton entry={entry} onRaw={onRaw} />
    </div>
  )
}

const ROLE_NAMES: Readonly<Record<string, string>> = {
  user: 'User',
  assistant: 'Assistant',
  system: 'System',
  developer: 'Developer',
}

function Message({ entry, call, onRaw }: EntryViewProps & { readonly call: StoredRow }) {
  const { row } = entry
  const { content, status } = call.item ?? {}
  return (
    <div class="card">
      <header class="entry-head">
        <span class="who">{ROLE_NAMES[row.role] ?? row.role}</span>
        {status === 'incomplete' && <span class="tag warn">incomplete</span>}
        <span class="grow" />
        <Time at={row.createdAt} />
        <RawButton entry={entry} onRaw={onRaw} />
      </header>
      <Parts parts={partsOf(content)} />
    </div>
  )
}

function Parts({ parts }: { readonly parts: readonly Part[] }): ComponentChildren {
  if (parts.length === 0) return <p class="muted">No content</p>
  return parts.map((part, index) => <PartView key={index} part={part} />)
}

function PartView({ part }: { readonly part: Part }) {
  switch (part.kind) {
    case 'text':
      return <LongText text={part.text} />
    case 'refusal':
      return (
        <p class="refusal">
          <span class="tag warn">refused</span> {part.text}
        </p>
      )
    case 'image':
      return (
        <p class="attachment">
          <Icon name="image" />
          <SafeImage
            source={part.source}
            alt={part.source.startsWith('data:') ? 'Stored image' : part.source}
          />
        </p>
      )
    case 'file':
      return (
        <p class="attachment">
          <Icon name="file" /> {part.name}
        </p>
      )
    case 'data':
      return <JsonView value={part.value} />
  }
}

function LongText({ text }: { readonly text: string }) {
  const [isWhole, setWhole] = useState(false)
  const isLong = text.length > FOLD
  return (
    <>
      <Markdown text={isLong && !isWhole ? `${text.slice(0, FOLD)}…` : text} />
      {isLong && (
        <button type="button" class="link" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'Show less' : `Show all ${plural(text.length, 'character')}`}
        </button>
      )}
    </>
  )
}

const STATES = {
  done: undefined,
  failed: ['danger', 'failed'],
  rejected: ['warn', 'rejected'],
  waiting: ['accent', 'no result yet'],
} as const

interface ToolProps extends EntryViewProps {
  readonly tool: ToolCall
  readonly isOrphan?: boolean
}

function Tool({ entry, tool, isOpen, onToggle, onRaw, isOrphan = false }: ToolProps) {
  const { name, args, state, result, handoff, isApproval } = tool
  const icon = handoff === undefined ? (isApproval ? 'approval' : 'tool') : 'handoff'
  const badge = STATES[state]
  const isWaitingForPerson = state === 'waiting'
  return (
    <div
      class={`card fold ${handoff === undefined ? '' : 'is-handoff'} ${isApproval || isWaitingForPerson ? 'is-approval' : ''}`}
    >
      <header class="entry-head">
        <button type="button" class="fold-button" aria-expanded={isOpen} onClick={() => onToggle(entry)}>
          <span class="chevron">
            <Icon name="right" />
          </span>
          <Icon name={icon} />
          {handoff === undefined ? (
            <code class="tool-name">{name}</code>
          ) : (
            <span class="who">
              Handoff to <b>{handoff}</b>
            </span>
          )}
          {handoff === undefined && !isOpen && <span class="tool-args">{inOneLine(args)}</span>}
        </button>
        {badge && <span class={`tag ${badge[0]}`}>{badge[1]}</span>}
        {isOrphan && <span class="tag warn">no call</span>}
        <Time at={entry.row.createdAt} />
        <RawButton entry={entry} onRaw={onRaw} />
      </header>
      {isOpen && (
        <div class="fold-body">
          {!isOrphan && (
            <>
              <h4>Arguments</h4>
              <JsonView value={args ?? {}} />
            </>
          )}
          <h4>Result</h4>
          {result.length > 0 ? <ToolResult parts={result} /> : <p class="muted">{waitingText(state)}</p>}
        </div>
      )}
    </div>
  )
}

function waitingText(state: ToolCall['state']): string {
  return state === 'waiting' ? 'None yet: the tool runs, or waits for a person’s approval.' : 'No content'
}

function ToolResult({ parts }: { readonly parts: readonly Part[] }): ComponentChildren {
  return parts.map((part, index) =>
    part.kind === 'text' ? <JsonView key={index} value={part.text} /> : <PartView key={index} part={part} />,
  )
}

function inOneLine(args: unknown): string {
  const text = typeof args === 'string' ? args : args === undefined ? '' : JSON.stringify(args)
  return text === '{}' ? '' : text.slice(0, 300).replace(/\s+/g, ' ')
}

const OTHER_TITLES: Readonly<Record<string, readonly [IconName, string]>> = {
  reasoning: ['thought', 'Reasoning'],
  compaction: ['fork', 'History compacted'],
  mcp_approval_response: ['approval', 'Approval answered'],
}

function Other(props: EntryViewProps & { readonly call: StoredRow }) {
  const { entry, call, isOpen, onToggle, onRaw } = props
  const { type } = entry.row
  const [icon, title] = OTHER_TITLES[type] ?? ['code', type || 'Item']
  const { content, summary, rawContent, approve } = call.item ?? {}
  const parts = [rawContent, content, summary].map(partsOf).find(({ length }) => length > 0) ?? []
  const texts = parts.flatMap((part) => (part.kind === 'text' ? [part.text] : []))
  return (
    <div class="card fold">
      <header class="entry-head">
        <button type="button" class="fold-button" aria-expanded={isOpen} onClick={() => onToggle(entry)}>
          <span class="chevron">
            <Icon name="right" />
          </span>
          <Icon name={icon} />
          <span class="who">{title}</span>
          {!isOpen && <span class="tool-args">{texts.join(' ').slice(0, 300)}</span>}
        </button>
        {typeof approve === 'boolean' && (
          <span class={`tag ${approve ? 'good' : 'warn'}`}>{approve ? 'approved' : 'rejected'}</span>
        )}
        <Time at={entry.row.createdAt} />
        <RawButton entry={entry} onRaw={onRaw} />
      </header>
      {isOpen && (
        <div class="fold-body">
          {texts.length > 0 ? <Parts parts={parts} /> : <JsonView value={call.item} />}
        </div>
      )}
    </div>
  )
}
