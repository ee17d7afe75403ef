export { describeMemoryStore, type MemoryStoreSuite } from './describe-memory-store.ts'
export { expectIndexesToAgree } from './index-cases.ts'
