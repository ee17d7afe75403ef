import { StorageError } from '@persql/session-core'
import type { FunctionTool } from '../agents-sdk.ts'

/** A call of which nobody knows whether it was made. */
export interface UnknownCall {
  readonly runId: string
  readonly callId: string
  readonly tool: string
  /** As the model gave them, most often JSON. */
  readonly arguments: string
}

/**
 * What becomes of a call that was under way when its process died: `retry` makes it again, `fail` fails the run with
 * `CALL_UNKNOWN`, and a function finds out, and returns the result of the call in its stead.
 */
export type OnUnknown = 'retry' | 'fail' | ((call: UnknownCall) => unknown)

const declared = new WeakMap<object, OnUnknown>()

/**
 * Declares what becomes of a call of this tool that was under way when its process died; without it such a call is made
 * again. Costs one more write for each call, before it is made. Resolves nothing by itself and returns the same tool:
 *
 *     const pay = onUnknown(tool({ name: 'pay', … }), 'fail')
 */
export function onUnknown<Tool extends FunctionTool>(tool: Tool, choice: OnUnknown): Tool {
  if (choice !== 'retry' && choice !== 'fail' && typeof choice !== 'function') {
    throw new StorageError('INVALID_ARGUMENT', 'onUnknown takes "retry", "fail" or a function.')
  }
  declared.set(tool, choice)
  return tool
}

export function choiceOf(tool: FunctionTool): OnUnknown {
  return declared.get(tool) ?? 'retry'
}
