import type { PendingCall, RunApproval } from '@persql/session-core'
import type { AnyAgent, RunResult } from '../agents-sdk.ts'

export type Interruption = RunResult<unknown, AnyAgent>['interruptions'][number]

/**
 * Names the calls of a run that wait, so that a decision is only ever on what was shown. The name is the id of the call;
 * another call that came with the same id, of another agent or later in the run, gets a number behind it.
 */
export class WaitingCalls {
  readonly #named: Pick<RunApproval, keyof PendingCall>[]
  readonly #decided = new Set<string>()

  constructor(approvals: readonly RunApproval[]) {
    this.#named = [...approvals]
  }

  /** The call under its name, which is the same in each attempt at the run. */
  name(interruption: Interruption): PendingCall {
    const call = pendingOf(interruption)
    const known = this.#named.find(
      (named) =>
        (named.callId === call.callId || named.callId.startsWith(`${call.callId}#`)) &&
        !this.#decided.has(named.callId) &&
        named.agent === call.agent &&
        named.tool === call.tool &&
        named.arguments === call.arguments,
    )
    if (known) return { ...call, callId: known.callId }
    let callId = call.callId
    for (let count = 2; this.#named.some((named) => named.callId === callId); count++) {
      callId = `${call.callId}#${count}`
    }
    const named = { ...call, callId }
    this.#named.push(named)
    return named
  }

  /** The run has gone on with a decision on this call: what waits from now on is another one. */
  decided(callId: string): void {
    this.#decided.add(callId)
  }
}

function pendingOf(interruption: Interruption): PendingCall {
  const item = interruption.rawItem as {
    callId?: string
    id?: string
    providerData?: { id?: string }
    name?: string
    arguments?: unknown
    action?: unknown
    operation?: unknown
  }
  const args = item.arguments ?? item.action ?? item.operation ?? {}
  return {
    callId: item.callId ?? item.id ?? item.providerData?.id ?? '',
    tool: interruption.name ?? item.name ?? '',
    arguments: typeof args === 'string' ? args : JSON.stringify(args),
    agent: interruption.agent.name,
  }
}
