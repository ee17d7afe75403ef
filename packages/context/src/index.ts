export type {
  ContextStore,
  DistillOptions,
  EpisodesOptions,
  IndexOptions,
  NeighborsOptions,
  RecallOptions,
  Summary,
} from './context-store.ts'
export type {
  Edge,
  Entity,
  Episode,
  Memory,
  MemoryHit,
  MemoryKind,
  MemoryType,
  Neighbors,
  NewEpisode,
  NewMemory,
} from './memory.ts'
export type { WorkingMemory } from './working-memory.ts'
