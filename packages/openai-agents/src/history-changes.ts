import type { AgentInputItem } from './agents-sdk.ts'

/** As in `SessionHistoryRewriteArgs` of the Agents SDK. */
export interface HistoryMutations {
  readonly mutations: readonly {
    readonly type: 'replace_function_call'
    readonly callId: string
    readonly replacement: AgentInputItem
  }[]
}

/** As in `SessionHistoryTransactionArgs` of the Agents SDK. */
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
