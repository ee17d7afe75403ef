import type { ComponentChildren } from 'preact'
import { Icon } from '../ui/icon.tsx'
import { JsonView } from '../ui/json-view.tsx'
import { Time } from '../ui/time.tsx'
import type { EntryViewProps } from './entry-view.tsx'
import type { Part, ToolCall } from './item-parts.ts'
import { PartView } from './parts-view.tsx'
import { RawButton } from './raw-button.tsx'

const STATES = {
  done: undefined,
  failed: ['danger', 'failed'],
  rejected: ['warn', 'rejected'],
  waiting: ['accent', 'no result yet'],
} as const

export interface ToolViewProps extends EntryViewProps {
  readonly tool: ToolCall
  readonly isOrphan?: boolean
}

/** A tool call with its result, folded until somebody opens it. */
export function ToolView({ entry, tool, isOpen, onToggle, onRaw, isOrphan = false }: ToolViewProps) {
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
