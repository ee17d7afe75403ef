export { type InjectMemoryOptions, type Instructions, injectMemory } from './agents/inject-memory.ts'
export { type MemoryTool, type MemoryToolsOptions, memoryTools } from './agents/memory-tools.ts'
export { entityId } from './graph/entity-id.ts'
export type { MemoryTables } from './layout/memory-tables.ts'
export {
  type Edge,
  type Entity,
  type Episode,
  type Link,
  MEMORY_TYPES,
  type Memory,
  type MemoryHit,
  type MemoryKind,
  type MemoryType,
  type Neighbors,
  type NewEpisode,
  type NewMemory,
  type WorkingEntry,
} from './memory.ts'
export type { Embed, MemoryOptions } from './memory-options.ts'
export type {
  DistillOptions,
  EpisodesOptions,
  IndexOptions,
  LinksOptions,
  MemoryStore,
  NeighborsOptions,
  RecallOptions,
  Summary,
  WorkingEntriesOptions,
} from './memory-store.ts'
export { openMemory } from './open-memory.ts'
export type { Ranking } from './recall/ranking.ts'
export type { WorkingMemory } from './working/working-memory.ts'
