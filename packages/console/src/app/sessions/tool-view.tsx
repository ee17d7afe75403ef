import type { ComponentChildren } from 'preact'
import { JsonView } from '../ui/json-view.tsx'
import type { EntryViewProps } from './entry-view.tsx'
import { Fold } from './fold.tsx'
import type { Part, ToolCall } from './item-parts.ts'
import { PartView } from './parts-view.tsx'

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
export function ToolView({ tool, isOrphan = false, ...props }: ToolViewProps) {
  const { name, args, state, result, handoff, isApproval } = tool
  const isHandoff = handoff !== undefined
  const badge = STATES[state]
  const title = isHandoff ? (
    <span class="who">
      Handoff to <b>{handoff}</b>
    </span>
  ) : (
    <code class="tool-name">{name}</code>
  )
  const tags = (
    <>
      {badge && <span class={`tag ${badge[0]}`}>{badge[1]}</span>}
      {isOrphan && <span class="tag warn">no call</span>}
    </>
  )
  return (
    <Fold
      {...props}
      flavour={`${isHandoff ? 'is-handoff' : ''} ${isApproval || state === 'waiting' ? 'is-approval' : ''}`}
      icon={isHandoff ? 'handoff' : isApproval ? 'approval' : 'tool'}
      title={title}
      preview={isHandoff ? undefined : inOneLine(args)}
      tags={tags}
    >
      {!isOrphan && (
        <>
          <h4>Arguments</h4>
          <JsonView value={args ?? {}} />
        </>
      )}
      <h4>Result</h4>
      {result.length > 0 ? <ToolResult parts={result} /> : <p class="muted">{waitingText(state)}</p>}
    </Fold>
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
