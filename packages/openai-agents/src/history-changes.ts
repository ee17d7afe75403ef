import type { AgentInputItem } from './agents-sdk.ts'

/** Mutations of a history, as in `SessionHistoryRewriteArgs` of the Agents SDK. */
export interface HistoryMutations {
  readonly mutations: readonly {
    readonly type: 'replace_function_call'
    readonly callId: string
    readonly replacement: AgentInputItem
  }[]
}

/** A change of a history under an operation id, as in `SessionHistoryTransactionArgs` of the Agents SDK. */
export interface HistoryTransaction {
  readonly operationId: string
  readonly transaction:
    | { readonly type: 'append_items'; readonly items: readonly AgentInputItem[] }
    | {
        readonly type: 'replace_suffix'
        readonly expectedSuffix: readonly AgentInputItem[]
        readonly replacement: readonly AgentInputItem[]
      }
}
