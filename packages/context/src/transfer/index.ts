export {
  RAW_MEMORY_KINDS,
  RawMemory,
  type RawMemoryKind,
  type RawMemoryOptions,
  type RawMemoryOutcome,
  type RawMemoryRow,
} from './raw-memory.ts'
