import {
  type Decision,
  exactNumber,
  type RunApproval,
  RunCatalog,
  type RunStepKind,
  toSqlDriver,
} from '@persql/session-core'
import { type RawBuilder, sql } from 'kysely'
import { type Database, type Rows, read } from './database.ts'
import { isFailed } from './tool-failures.ts'
import { wordsOf } from './words.ts'

/** As people are told of it: a running one whose process has died is lost. */
export type RunState = 'running' | 'lost' | 'waiting' | 'done' | 'failed' | 'cancelled'

export const RUN_STATES: readonly RunState[] = ['running', 'lost', 'waiting', 'done', 'failed', 'cancelled']

export interface RunRow {
  readonly id: string
  readonly state: RunState
  readonly sessionId: string | undefined
  /** The agent that had the last word, as far as it is known. */
  readonly agent: string
  readonly createdAt: Date
  readonly updatedAt: Date
  /** Calls that wait for a decision. */
  readonly waiting: number
}

export interface RunFilter {
  readonly state?: RunState | undefined
  readonly sessionId?: string | undefined
}

export interface RunDetails extends RunRow {
  readonly firstAgent: string
  readonly owner: string | undefined
  readonly codeVersion: string | undefined
  readonly restarts: number
  /** How often a process has begun to work on it. */
  readonly attempts: number
  readonly input: string
  readonly output: string | undefined
  readonly error: string | undefined
  /** In the order in which they began; those that others are a part of come before them. */
  readonly steps: readonly StepRow[]
  readonly approvals: readonly Approval[]
}

/** A step without what it gave. */
export interface StepRow {
  readonly key: string
  readonly kind: RunStepKind
  readonly name: string
  readonly agent: string | undefined
  readonly startedAt: number
  readonly endedAt: number
  /** The attempt that recorded it. */
  readonly attempt: number
  /** In how many calls of agents that are tools it was made. */
  readonly depth: number
  readonly hasFailed: boolean
  /** The beginning of what a tool gave, or the tools that a model has called. */
  readonly summary: string
}

/** A call that needed a decision. */
export interface Approval extends Omit<RunApproval, 'always' | 'appliedAt'> {
  readonly sessionId: string | undefined
  readonly run: RunState
}

const WAITS = sql<boolean>`a.decision is null and a.applied_at is null`
/** Characters of what is shown of a value; whoever needs more has SQL. */
const SHOWN = sql.lit(200_000)
/** Of a value that is shown in a line. */
const LINE = 300

function stateOf({ dialect }: Database): RawBuilder<RunState> {
  const { now } = wordsOf(dialect)
  return sql`case when r.status = 'running' and r.lease_until <= ${now} then 'lost' else r.status end`
}

function runColumns(database: Database): RawBuilder<unknown> {
  return sql`r.run_id, ${stateOf(database)} as state, r.session_id, r.agent, r.last_agent, r.created_at, r.updated_at,
  (select count(*) from agent_run_approvals a where a.run_id = r.run_id and ${WAITS}) as waiting`
}

function approvalColumns(database: Database, args: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`a.run_id, a.call_id, a.tool, ${args}, a.agent, a.asked_at, a.decision, a.message, a.decided_by,
  a.decided_at, r.session_id, ${stateOf(database)}`
}

const ARGUMENTS = sql`a.arguments`

function hasState({ dialect }: Database, state: RunState): RawBuilder<boolean> {
  const { now } = wordsOf(dialect)
  if (state === 'lost') return sql`status = 'running' and lease_until <= ${now}`
  return state === 'running' ? sql`status = 'running' and lease_until > ${now}` : sql`status = ${state}`
}

/** Newest first, up to `limit`, and whether there are more. */
export async function listRuns(
  database: Database,
  { state, sessionId }: RunFilter,
  limit: number,
  signal?: AbortSignal,
): Promise<{ runs: readonly RunRow[]; hasMore: boolean }> {
  const conditions = [
    ...(state === undefined ? [] : [hasState(database, state)]),
    ...(sessionId === undefined ? [] : [sql`session_id = ${sessionId}`]),
  ]
  const where = conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `)
  const order = sql`order by created_at desc, run_id desc`
  // The page comes first, so that only its runs are looked at closely.
  const query = sql`with r as materialized (
      select run_id, status, lease_until, session_id, agent, last_agent, created_at, updated_at
      from agent_runs where ${where} ${order} limit ${limit + 1}
    ) select ${runColumns(database)} from r ${order}`
  const [rows = []] = await read(database, [query], signal)
  return { runs: rows.slice(0, limit).map(toRun), hasMore: rows.length > limit }
}

/** Resolves with nothing where there is no such run. */
export async function readRun(
  database: Database,
  runId: string,
  signal?: AbortSignal,
): Promise<RunDetails | undefined> {
  const [runs = [], steps = [], approvals = []] = await read(
    database,
    [
      sql`select ${runColumns(database)}, r.owner, r.code_version, r.restarts, r.fence, substr(r.input, 1, ${SHOWN}),
            substr(r.output, 1, ${SHOWN}), r.error_name, r.error_message from agent_runs r where r.run_id = ${runId}`,
      sql`select key, kind, name, agent, started_at, ended_at, fence, ${summaryOf(database)}
          from agent_run_steps where run_id = ${runId} order by started_at, ended_at desc, step`,
      sql`select ${approvalColumns(database, ARGUMENTS)} from agent_run_approvals a join agent_runs r using (run_id)
          where a.run_id = ${runId} order by a.asked_at, a.call_id`,
    ],
    signal,
  )
  const row = runs[0]
  if (!row) return undefined
  const [owner, version, restarts, fence, input, output, errorName, errorMessage] = row.slice(8)
  return {
    ...toRun(row),
    firstAgent: textOf(row[3]) ?? '',
    owner: textOf(owner),
    codeVersion: textOf(version),
    restarts: Number(restarts),
    attempts: Number(fence),
    input: unwrap(input) ?? '',
    output: unwrap(output),
    error: textOf(errorName) && `${errorName}: ${errorMessage ?? ''}`,
    steps: steps.map((step) => toStep(step, database.dialect.items ? textOf(step[7]) : decodeSummary(step))),
    approvals: approvals.map(toApproval),
  }
}

/** The beginning of what a tool gave, and the tools that a model has called; where SQL cannot tell, what the step holds. */
function summaryOf({ dialect }: Database): RawBuilder<unknown> {
  if (!dialect.items) {
    const size = dialect.byteLength(sql`data`)
    return sql`case when kind in ('tool', 'model') and ${size} <= ${SHOWN} then data end`
  }
  const line = sql.lit(LINE)
  const calls = sql`(select group_concat(coalesce(value ->> 'name', value ->> 'type', ''), ', ')
    from json_each(data, '$.value.output') where json_valid(value))`
  return sql`case when json_valid(data) then case kind
      when 'tool' then substr(json_extract(data, '$.value'), 1, ${line})
      when 'model' then substr(${calls}, 1, ${line}) end end`
}

/** The same in the browser. */
function decodeSummary([, kind, , , , , , data]: Rows[number]): string {
  if (data === null || data === undefined) return ''
  if (kind === 'tool') return (unwrap(data) ?? '').slice(0, LINE)
  try {
    const { value } = JSON.parse(String(data)) as { value?: { output?: unknown } }
    const outputs: unknown[] = Array.isArray(value?.output) ? value.output : []
    const names = outputs.map((output) => {
      const { name, type } = (output ?? {}) as { name?: unknown; type?: unknown }
      return String(name ?? type ?? '')
    })
    return names.join(', ').slice(0, LINE)
  } catch {
    return ''
  }
}

/** What a step gave, as text; JSON where it is more than a text. */
export async function readStep(
  database: Database,
  runId: string,
  key: string,
  signal?: AbortSignal,
): Promise<string> {
  const query = sql`select substr(data, 1, ${SHOWN}) from agent_run_steps where run_id = ${runId} and key = ${key}`
  const [rows = []] = await read(database, [query], signal)
  return unwrap(rows[0]?.[0]) ?? ''
}

/** How many runs a session has. */
export async function countRuns(
  database: Database,
  sessionId: string,
  signal?: AbortSignal,
): Promise<number> {
  const query = sql`select count(*) from agent_runs where session_id = ${sessionId}`
  const [rows = []] = await read(database, [query], signal)
  return Number(rows[0]?.[0] ?? 0)
}

const WAITING = sql`agent_run_approvals a join agent_runs r using (run_id) where ${WAITS} and r.status = 'waiting'`

/** How many calls wait for a decision. */
export async function countWaiting(database: Database, signal?: AbortSignal): Promise<number> {
  const [rows = []] = await read(database, [sql`select count(*) from ${WAITING}`], signal)
  return Number(rows[0]?.[0] ?? 0)
}

/** What waits for a decision, the oldest first, up to `limit`, with the beginning of the arguments. */
export async function listWaiting(
  database: Database,
  limit: number,
  signal?: AbortSignal,
): Promise<readonly Approval[]> {
  const beginning = sql`substr(a.arguments, 1, ${sql.lit(LINE)})`
  const query = sql`select ${approvalColumns(database, beginning)} from ${WAITING}
    order by a.asked_at, a.run_id, a.call_id limit ${limit}`
  const [rows = []] = await read(database, [query], signal)
  return rows.map(toApproval)
}

/** Resolves with nothing where there is no such call. */
export async function readApproval(
  database: Database,
  runId: string,
  callId: string,
  signal?: AbortSignal,
): Promise<Approval | undefined> {
  const query = sql`select ${approvalColumns(database, ARGUMENTS)} from agent_run_approvals a
    join agent_runs r using (run_id) where a.run_id = ${runId} and a.call_id = ${callId}`
  const [rows = []] = await read(database, [query], signal)
  return rows.map(toApproval)[0]
}

/** Decides, as every other program does: the first decision stands. */
export async function decide({ handle }: Database, call: Approval, decision: Decision): Promise<void> {
  await new RunCatalog(toSqlDriver(handle), { createTables: false }).decide(call.runId, call.callId, decision)
}

function toRun([id, state, session, agent, lastAgent, createdAt, updatedAt, waiting]: Rows[number]): RunRow {
  return {
    id: String(id),
    state: state as RunState,
    sessionId: textOf(session),
    agent: textOf(lastAgent) ?? textOf(agent) ?? '',
    createdAt: new Date(Number(createdAt)),
    updatedAt: new Date(Number(updatedAt)),
    waiting: Number(waiting),
  }
}

function toStep(
  [key, kind, name, agent, startedAt, endedAt, fence]: Rows[number],
  text: string = '',
): StepRow {
  return {
    key: String(key),
    kind: kind as RunStepKind,
    name: textOf(name) ?? '',
    agent: textOf(agent),
    startedAt: Number(startedAt),
    endedAt: Number(endedAt),
    attempt: Number(fence),
    depth: String(key).split('/').length - 1,
    hasFailed: kind === 'tool' && isFailed(text, undefined),
    summary: text.replace(/\s+/g, ' '),
  }
}

function toApproval(row: Rows[number]): Approval {
  const [runId, callId, tool, args, agent, askedAt, decision, message, by, decidedAt, session, run] = row
  return {
    runId: String(runId),
    callId: String(callId),
    tool: String(tool),
    arguments: String(args),
    agent: String(agent),
    askedAt: new Date(Number(askedAt)),
    ...(decision !== null && { decision: decision as 'approved' | 'rejected' }),
    ...(message !== null && { message: String(message) }),
    ...(by !== null && { decidedBy: String(by) }),
    ...(decidedAt !== null && { decidedAt: new Date(Number(decidedAt)) }),
    sessionId: textOf(session),
    run: run as RunState,
  }
}

function textOf(cell: Rows[number][number] | undefined): string | undefined {
  return cell === null || cell === undefined ? undefined : String(cell)
}

/** What stands in `{"value": …}`; the text itself where it is nothing of the kind. */
function unwrap(cell: Rows[number][number] | undefined): string | undefined {
  const text = textOf(cell)
  if (text === undefined) return undefined
  try {
    const { value } = JSON.parse(text, exactNumber) as { value?: unknown }
    return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value)
  } catch {
    return text
  }
}
