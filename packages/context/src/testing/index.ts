export { describeMemoryStore, type MemoryStoreSuite } from './describe-memory-store.ts'
export { expectIndexesToAgree } from './expect-indexes-to-agree.ts'
