export type { HistoryMutations, HistoryTransaction } from './history-changes.ts'
export { PerSQLSession, type PerSQLSessionOptions } from './persql-session.ts'
