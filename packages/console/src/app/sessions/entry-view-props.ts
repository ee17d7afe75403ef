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
  readonly position: number
  readonly total: number
}
