export { context } from './context.ts'
export type { ContextOptions, Embed } from './context-options.ts'
export type {
  ContextStore,
  DistillOptions,
  EpisodesOptions,
  IndexOptions,
  NeighborsOptions,
  RecallOptions,
  Summary,
} from './context-store.ts'
export type { ContextTables } from './context-tables.ts'
export { entityId } from './entity-id.ts'
export { type InjectMemoryOptions, type Instructions, injectMemory } from './inject-memory.ts'
export {
  type Edge,
  type Entity,
  type Episode,
  MEMORY_TYPES,
  type Memory,
  type MemoryHit,
  type MemoryKind,
  type MemoryType,
  type Neighbors,
  type NewEpisode,
  type NewMemory,
} from './memory.ts'
export { type MemoryTool, type MemoryToolsOptions, memoryTools } from './memory-tools.ts'
export type { Ranking } from './ranking.ts'
export type { WorkingMemory } from './working-memory.ts'
