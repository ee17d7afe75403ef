import { exactNumber, type ItemReading, type Part, partsText, readItem } from '@persql/session-core'

/** What a transcript shows of an item. The texts are as stored. */
export interface ItemView {
  readonly kind: 'user' | 'assistant' | 'system' | 'call' | 'result' | 'reasoning' | 'other'
  readonly heading: string
  /** What a call and its result have in common. */
  readonly link?: string | undefined
  /** The tool that is called. */
  readonly tool?: string | undefined
  readonly body: string
}

const HANDOFF = /^transfer_to_(.+)$/

/**
 * Items of the Agents SDK in TypeScript and of the one in Python. `toolOf` knows the tools that were called before, by
 * the link of the call.
 */
export function viewItem(item: unknown, toolOf: (link: string) => string | undefined): ItemView {
  const reading = readItem(item)
  const { kind, role, link, tool, asked, said } = reading
  switch (kind) {
    case 'message':
      return {
        kind: role === 'user' || role === 'assistant' ? role : 'system',
        heading: role ?? 'item',
        body: partsText(said, layOut),
      }
    case 'reasoning':
      return { kind, heading: 'reasoning', body: partsText(said, layOut) }
    case 'call':
    case 'result':
      return {
        kind,
        heading: headingOf(reading, tool ?? (link === undefined ? undefined : toolOf(link))),
        link,
        tool,
        body: toolText([...asked, ...said]),
      }
    case 'other':
      return { kind, heading: headingOfOther(item, reading.type), body: partsText(said, layOut) }
  }
}

/** What is said of a tool in the heading of its result. */
function titleOf(tool: string): string {
  const handoff = HANDOFF.exec(tool)?.[1]
  return handoff ? `handoff to ${handoff}` : tool
}

function headingOf({ kind, type, approval, status }: ItemReading, tool: string | undefined): string {
  const state = ['incomplete', 'failed', 'in_progress'].find((one) => one === status)
  const end = state === undefined ? '' : ` (${state.replace('_', ' ')})`
  if (approval === 'asked') {
    const what = tool === undefined || tool === 'mcp_approval_request' ? '' : `: ${tool}`
    return `mcp approval request${what}`
  }
  if (approval !== undefined) return 'mcp approval response'
  if (kind === 'result') {
    return (tool === undefined ? type.replaceAll('_', ' ') : `${titleOf(tool)} result`) + end
  }
  const handoff = HANDOFF.exec(tool ?? '')?.[1]
  return (handoff ? `hands over to ${handoff}` : `calls ${tool}`) + end
}

function headingOfOther(item: unknown, type: string): string {
  if (typeof item !== 'object' || item === null) return 'item'
  return type === 'compaction' ? 'compacted history' : type.replaceAll('_', ' ')
}

/** Tools are given JSON as text, and answer with it. */
function toolText(parts: readonly Part[]): string {
  return partsText(
    parts.map((part) => (part.kind === 'text' ? { ...part, text: prettyText(part.text) } : part)),
    layOut,
  )
}

/** JSON in a text is laid out; any other text stays as it is. */
function prettyText(given: string): string {
  if (!/^\s*[[{]/.test(given)) return given
  try {
    return layOut(JSON.parse(given, exactNumber))
  } catch {
    return given
  }
}

function layOut(value: unknown): string {
  return JSON.stringify(value, undefined, 2) ?? ''
}
