import type { SqlResult, SqlValue } from '../driver/sql-driver.ts'
import { StorageError } from '../driver/storage-error.ts'
import { jsonCodec } from '../items/item-codec.ts'
import type { RunStatus, RunStepKind } from './run-tables.ts'

/** A run, as it is stored. */
export interface Run {
  readonly runId: string
  readonly status: RunStatus
  /** True for a run whose lease has ended while it was running: its process has died, and any other may go on. */
  readonly isLost: boolean
  /** How many of its calls wait for a decision. */
  readonly pending: number
  /** How often it was begun anew, because its code had changed. */
  readonly restarts: number
  readonly sessionId?: string
  /** The agent that the run began with. */
  readonly agent?: string
  /** The agent that had the last word, after handoffs; known once the run has stopped. */
  readonly lastAgent?: string
  readonly owner?: string
  readonly codeVersion?: string
  readonly input: unknown
  /** The final output of a run that is done. */
  readonly output?: unknown
  /** Why it failed, for a run that is `failed`. The message may hold anything. */
  readonly error?: { readonly name: string; readonly message: string }
  /** The newest row of the session when the run began; 0 for a session that was empty. */
  readonly historyRow?: number
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly leaseUntil?: Date
  readonly expiresAt?: Date
}

/** One step of a run: what was asked and what came back, never to be done again. */
export interface RunStep {
  readonly step: number
  readonly kind: RunStepKind
  readonly key: string
  readonly name?: string
  readonly agent?: string
  readonly digest?: string
  readonly value: unknown
  readonly startedAt: Date
  readonly endedAt: Date
}

/** A call that waits for a decision, or has one. */
export interface RunApproval {
  readonly runId: string
  /** Names the call in its run: its id, with a number behind it where another call of the run had that id before. */
  readonly callId: string
  readonly tool: string
  /** As the model gave them, most often JSON. */
  readonly arguments: string
  readonly agent: string
  readonly askedAt: Date
  readonly decision?: 'approved' | 'rejected'
  /** Whether the decision holds for later calls of the tool as well. */
  readonly always: boolean
  readonly message?: string
  readonly decidedBy?: string
  readonly decidedAt?: Date
  /** When the run went on with it. */
  readonly appliedAt?: Date
}

const codec = jsonCodec<{ value?: unknown }>()

/** `{"value": …}`, without the value where it is `undefined`. Throws `INVALID_ITEM`. */
export function encodeValue(value: unknown): string {
  return codec.encode({ value })
}

type Row = SqlResult['rows'][number]

function decodeValue(text: SqlValue | undefined, what: string): unknown {
  try {
    if (typeof text === 'string') return codec.decode(text).value
  } catch {
    // The text may hold anything, and so may the error.
  }
  throw new StorageError(
    'RUN_UNREADABLE',
    `${what} cannot be read: its row holds no JSON of this format. Nothing was called. Delete the run, or mend the row.`,
  )
}

/** Reads a row of `RUN_COLUMNS` and the number that is pending. */
export function toRun(row: Row, now = Date.now()): Run {
  const [
    runId,
    status,
    session,
    agent,
    lastAgent,
    owner,
    version,
    input,
    output,
    errorName,
    errorMessage,
    historyRow,
    ,
    ,
    leaseUntil,
    createdAt,
    updatedAt,
    expiresAt,
    restarts,
    pending,
  ] = row
  const what = `The run "${runId}"`
  return {
    runId: String(runId),
    status: status as RunStatus,
    isLost: status === 'running' && Number(leaseUntil) <= now,
    pending: Number(pending),
    restarts: Number(restarts),
    ...optional('sessionId', session, String),
    ...optional('agent', agent, String),
    ...optional('lastAgent', lastAgent, String),
    ...optional('owner', owner, String),
    ...optional('codeVersion', version, String),
    input: decodeValue(input, what),
    ...optional('output', output, (text) => decodeValue(text, what)),
    ...optional('error', errorName, (name) => ({ name: String(name), message: String(errorMessage ?? '') })),
    ...optional('historyRow', historyRow, Number),
    createdAt: toDate(createdAt),
    updatedAt: toDate(updatedAt),
    ...(Number(leaseUntil) > now && { leaseUntil: toDate(leaseUntil) }),
    ...optional('expiresAt', expiresAt, toDate),
  }
}

/** The fence and the holder of a row of a run. */
export function claimOf(row: Row): { fence: number; holder: string | null } {
  return { fence: Number(row[12]), holder: row[13] as string | null }
}

export function toStep(runId: string, row: Row): RunStep {
  const [step, kind, key, name, agent, digest, data, startedAt, endedAt] = row
  return {
    step: Number(step),
    kind: kind as RunStepKind,
    key: String(key),
    ...optional('name', name, String),
    ...optional('agent', agent, String),
    ...optional('digest', digest, String),
    value: decodeValue(data, `Step ${step} of the run "${runId}"`),
    startedAt: toDate(startedAt),
    endedAt: toDate(endedAt),
  }
}

export function toApproval(row: Row): RunApproval {
  const [runId, callId, tool, args, agent, askedAt, decision, always, message, by, decidedAt, appliedAt] = row
  return {
    runId: String(runId),
    callId: String(callId),
    tool: String(tool),
    arguments: String(args),
    agent: String(agent),
    askedAt: toDate(askedAt),
    ...optional('decision', decision, (value) => value as 'approved' | 'rejected'),
    always: Number(always) === 1,
    ...optional('message', message, String),
    ...optional('decidedBy', by, String),
    ...optional('decidedAt', decidedAt, toDate),
    ...optional('appliedAt', appliedAt, toDate),
  }
}

function toDate(time: SqlValue | undefined): Date {
  return new Date(Number(time))
}

function optional<Key extends string, Value>(
  key: Key,
  cell: SqlValue | undefined,
  read: (cell: SqlValue) => Value,
): { [key in Key]?: Value } {
  return (cell === null || cell === undefined ? {} : { [key]: read(cell) }) as { [key in Key]?: Value }
}
