export type { HistoryMutations, HistoryTransaction } from './history-changes.ts'
export { PerSQLSession, type PerSQLSessionOptions } from './persql-session.ts'
export { fromResponsesItem, type ResponsesItem, toResponsesItem } from './responses-item.ts'
export { type OnUnknown, onUnknown, type UnknownCall } from './runs/declared-tools.ts'
export {
  type AgentRegistry,
  type DurableOptions,
  type DurableRunOptions,
  RunStore,
  type RunStoreOptions,
  type StreamedDurableRunOptions,
  type WorkOptions,
} from './runs/run-store.ts'
export { idempotencyKey } from './runs/scope.ts'
export { sharedCodec } from './shared-codec.ts'
