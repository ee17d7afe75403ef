export {
  type HistoryMutations,
  type HistoryTransaction,
  PerSQLSession,
  type PerSQLSessionOptions,
} from './persql-session.ts'
