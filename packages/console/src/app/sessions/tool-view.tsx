import { type Part, partsText } from '@persql/session-core'
import { type ComponentChildren, Fragment } from 'preact'
import { JsonView } from '../ui/json-view.tsx'
import type { EntryViewProps } from './entry-view-props.ts'
import { Fold } from './fold.tsx'
import { PartView } from './parts-view.tsx'
import type { ToolCall } from './tool-call.ts'

const STATES = {
  done: undefined,
  failed: ['danger', 'failed'],
  rejected: ['warn', 'rejected'],
  waiting: ['accent', 'no result yet'],
} as const

export interface ToolViewProps extends EntryViewProps {
  readonly tool: ToolCall
}

/** A tool call with its result, folded until somebody opens it. */
export function ToolView({ tool, ...props }: ToolViewProps) {
  const { name, asked, state, said, handoff, isApproval } = tool
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
      {props.entry.isOrphan && <span class="tag warn">no call</span>}
    </>
  )
  return (
    <Fold
      {...props}
      flavour={`${isHandoff ? 'is-handoff' : ''} ${isApproval || state === 'waiting' ? 'is-approval' : ''}`}
      icon={isHandoff ? 'handoff' : isApproval ? 'approval' : 'tool'}
      title={title}
      preview={isHandoff ? undefined : inOneLine(asked)}
      tags={tags}
    >
      {props.entry.row.kind === 'call' && (
        <>
          <h4>Arguments</h4>
          {asked.length > 0 ? <ToolParts parts={asked} /> : <p class="muted">None</p>}
        </>
      )}
      <h4>Result</h4>
      {said.length > 0 ? <ToolParts parts={said} /> : <p class="muted">{waitingText(state)}</p>}
    </Fold>
  )
}

function waitingText(state: ToolCall['state']): string {
  return state === 'waiting' ? 'None yet: the tool runs, or waits for a person’s approval.' : 'No content'
}

/** Tools are given JSON as text, and answer with it. */
function ToolParts({ parts }: { readonly parts: readonly Part[] }): ComponentChildren {
  return parts.map((part, index) => {
    if (part.kind !== 'text') return <PartView key={index} part={part} />
    return (
      <Fragment key={index}>
        {part.label !== undefined && <h5>{part.label}</h5>}
        <JsonView value={part.text} />
      </Fragment>
    )
  })
}

function inOneLine(asked: readonly Part[]): string {
  const text = partsText(asked)
  return text === '{}' ? '' : text.slice(0, 300).replace(/\s+/g, ' ')
}
