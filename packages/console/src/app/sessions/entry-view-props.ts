import type { LoadedRow } from '../data/item-cache.ts'
import type { Entry } from '../data/outline.ts'

export interface EntryViewProps {
  readonly entry: Entry
  /** Absent until it is loaded. */
  readonly call: LoadedRow | undefined
  readonly result: LoadedRow | undefined
  readonly isOpen: boolean
  /** It is the one that the address names. */
  readonly isMarked: boolean
  readonly onToggle: (entry: Entry) => void
  readonly onRaw: (entry: Entry) => void
  /** Absent where nothing may be written. */
  readonly onFork: ((entry: Entry) => void) | undefined
  readonly linkOf: (entry: Entry) => string
  /** Among all entries, from 1. Absent until that is known. */
  readonly position: number | undefined
  /** How many entries there are; -1 until that is known. */
  readonly total: number
}
