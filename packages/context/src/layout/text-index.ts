import type { MemoryKind } from '../memory.ts'

/** A table with its text index, `…_words`, which is written by the store. */
export interface IndexedTable {
  readonly kind: MemoryKind
  readonly table: 'ctx_memory' | 'ctx_episode'
  readonly rowId: string
  readonly columns: readonly string[]
}

export const MEMORY: IndexedTable = {
  kind: 'fact',
  table: 'ctx_memory',
  rowId: 'rowid',
  columns: ['name', 'description', 'body'],
}

export const EPISODE: IndexedTable = {
  kind: 'episode',
  table: 'ctx_episode',
  rowId: 'row',
  columns: ['title', 'body'],
}
