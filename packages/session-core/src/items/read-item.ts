import { contentParts, dataPart } from './content-parts.ts'
import { type Fields, fieldsOf } from './fields.ts'
import { type ItemIdentity, identifyItem, itemFields, ownType } from './identify-item.ts'
import type { Part } from './part.ts'
import { readTool } from './read-tool.ts'
import { HOSTED } from './tool-types.ts'

/** What an item is, and what it says. */
export interface ItemReading extends ItemIdentity {
  /** What a call asks for. */
  readonly asked: readonly Part[]
  /** What a message or a reasoning says, or what a tool answers. A hosted call holds its own answer. */
  readonly said: readonly Part[]
}

/**
 * Reads any item of the Agents SDK, of the one in TypeScript or of the one in Python. Never throws: of what it does
 * not know it gives the fields.
 */
export function readItem(item: unknown): ItemReading {
  const identity = identifyItem(item)
  return { ...identity, ...partsOf(identity, item) }
}

function partsOf({ kind, type }: ItemIdentity, item: unknown): Pick<ItemReading, 'asked' | 'said'> {
  const fields = itemFields(item)
  switch (kind) {
    case 'message':
      return { asked: [], said: contentParts(fields['content']) }
    case 'reasoning':
      return { asked: [], said: reasoningParts(fields) }
    case 'call':
    case 'result': {
      const given =
        type === HOSTED ? { ...fieldsOf(fields['providerData']), ...withoutEmpty(fields) } : fields
      return readTool(ownType(fields, type), given)
    }
    case 'other':
      return { asked: [], said: type === 'compaction' ? [] : [dataPart(said(item))] }
  }
}

/** A provider's data may hold what the item has no place for. */
function withoutEmpty(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  )
}

/** The whole of it where the provider gave it, otherwise the summary. */
function reasoningParts(fields: Fields): Part[] {
  const parts = [fields['rawContent'], fields['content'], fields['summary']].map(contentParts)
  return parts.find(({ length }) => length > 0) ?? []
}

function said(item: unknown): unknown {
  const { type, providerData } = fieldsOf(item)
  const provided = fieldsOf(providerData)
  const isProvided = type === 'unknown' && Object.keys(provided).length > 0
  return isProvided ? provided : item
}
