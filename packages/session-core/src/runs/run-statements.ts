import { type SelectQueryBuilder, sql } from 'kysely'
import { compileStatement, param } from '../dialects/compiled-statement.ts'
import type { SessionDialect } from '../dialects/session-dialect.ts'
import type { SqlStatement, SqlValue } from '../driver/sql-driver.ts'
import { createRunTables, type RunStatus, type RunTables } from './run-tables.ts'

export type RunStatements = ReturnType<typeof compile>

/** The columns of a run, in order. `pending`: how many calls wait for a decision. */
const RUN_COLUMNS = [
  'run_id',
  'status',
  'session_id',
  'agent',
  'last_agent',
  'owner',
  'code_version',
  'input',
  'output',
  'error_name',
  'error_message',
  'history_row',
  'fence',
  'holder',
  'lease_until',
  'created_at',
  'updated_at',
  'expires_at',
  'restarts',
] as const

const STEP_COLUMNS = [
  'step',
  'kind',
  'key',
  'name',
  'agent',
  'digest',
  'data',
  'started_at',
  'ended_at',
] as const

const APPROVAL_COLUMNS = [
  'run_id',
  'call_id',
  'tool',
  'arguments',
  'agent',
  'asked_at',
  'decision',
  'always',
  'message',
  'decided_by',
  'decided_at',
  'applied_at',
] as const

interface RunFilter {
  readonly status?: RunStatus | undefined
  readonly owner?: string | undefined
  readonly sessionId?: string | undefined
}

interface OfRun extends Record<string, SqlValue> {
  run: string
}

interface Fenced extends OfRun {
  fence: number
  now: number
}

const compiled = new Map<string, RunStatements>()

export function runStatements(dialect: SessionDialect): RunStatements {
  const known = compiled.get(dialect.name) ?? compile(dialect)
  compiled.set(dialect.name, known)
  return known
}

/** A claim may be taken while nobody holds it, of a run that has not come to its end. */
const OPEN = ['running', 'waiting', 'failed'] as const

function compile(dialect: SessionDialect) {
  const db = dialect.builder<RunTables>()
  const run = param<string>('run')
  const now = param<number>('now')

  const pending = sql<number>`(${db
    .selectFrom('agent_run_approvals as a')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('a.run_id', '=', sql.ref<string>('agent_runs.run_id'))
    .where('a.decision', 'is', null)
    .where('a.applied_at', 'is', null)})`
  const runs = db.selectFrom('agent_runs').select([...RUN_COLUMNS, pending.as('pending')])

  /** This attempt still has the run. */
  const held = db
    .selectFrom('agent_runs')
    .select('run_id')
    .where('run_id', '=', run)
    .where('fence', '=', param<number>('fence'))
    .where('status', '=', 'running')
  const updateHeld = db
    .updateTable('agent_runs')
    .where('run_id', '=', run)
    .where('fence', '=', param<number>('fence'))
    .where('status', '=', 'running')

  const decidedAndNotApplied = db
    .selectFrom('agent_run_approvals as a')
    .select('a.run_id')
    .where('a.run_id', '=', sql.ref<string>('agent_runs.run_id'))
    .where('a.decision', 'is not', null)
    .where('a.applied_at', 'is', null)

  /** Finished, or expired, and nobody works on it. */
  const prunable = db
    .selectFrom('agent_runs')
    .select('run_id')
    .where('lease_until', '<=', now)
    .where(({ or, and, eb }) =>
      or([
        and([
          eb('status', 'in', ['done', 'failed', 'cancelled']),
          eb('updated_at', '<', param<number>('before')),
        ]),
        eb('expires_at', '<=', now),
      ]),
    )

  /** Statements with conditions that are not always there are compiled as they are asked for. */
  function compiledNow(query: { compile(): { sql: string; parameters: readonly unknown[] } }): SqlStatement {
    const { sql, parameters } = query.compile()
    return { sql, params: parameters as readonly SqlValue[] }
  }

  function filtered<Query extends SelectQueryBuilder<RunTables, 'agent_runs', object>>(
    query: Query,
    { status, owner, sessionId }: RunFilter,
  ): Query {
    let result = query as SelectQueryBuilder<RunTables, 'agent_runs', object>
    if (status !== undefined) result = result.where('status', '=', status)
    if (owner !== undefined) result = result.where('owner', '=', owner)
    if (sessionId !== undefined) result = result.where('session_id', '=', sessionId)
    return result as Query
  }

  return {
    createTables: createRunTables(dialect),

    /** Makes the row of a run, which nobody has claimed, where there is none. */
    insertRun: compileStatement<
      OfRun & {
        session: string | null
        agent: string | null
        owner: string | null
        version: string | null
        input: string
        now: number
        expires: number | null
      }
    >(
      db
        .insertInto('agent_runs')
        .values({
          run_id: run,
          status: 'running',
          session_id: param('session'),
          agent: param('agent'),
          owner: param('owner'),
          code_version: param('version'),
          input: param('input'),
          restarts: 0,
          fence: 0,
          lease_until: 0,
          created_at: now,
          updated_at: now,
          expires_at: param('expires'),
        })
        .onConflict((conflict) => conflict.column('run_id').doNothing()),
    ),

    /** Takes the run, if nobody has it; of another session or with another input it is left alone. */
    claimRun({
      run: runId,
      session,
      input,
      ...claim
    }: {
      run: string
      session: string | null | undefined
      input: string | undefined
      holder: string
      until: number
      now: number
    }): SqlStatement {
      let query = db
        .updateTable('agent_runs')
        .set(({ eb }) => ({
          status: 'running',
          fence: eb('fence', '+', 1),
          holder: claim.holder,
          lease_until: claim.until,
          updated_at: claim.now,
        }))
        .where('run_id', '=', runId)
        .where('status', 'in', OPEN)
        .where('lease_until', '<=', claim.now)
      if (session === null) query = query.where('session_id', 'is', null)
      else if (session !== undefined) query = query.where('session_id', '=', session)
      if (input !== undefined) query = query.where('input', '=', input)
      return compiledNow(query)
    },

    getRun: compileStatement<OfRun>(runs.where('run_id', '=', run)),
    listSteps: compileStatement<OfRun & { after: number; limit: number }>(
      db
        .selectFrom('agent_run_steps')
        .select(STEP_COLUMNS)
        .where('run_id', '=', run)
        .where('step', '>', param<number>('after'))
        .orderBy('step')
        .limit(param<number>('limit')),
    ),
    listApprovals: compileStatement<OfRun>(
      db
        .selectFrom('agent_run_approvals')
        .select(APPROVAL_COLUMNS)
        .where('run_id', '=', run)
        .orderBy('asked_at')
        .orderBy('call_id'),
    ),

    /** Prolongs the claim. The first statement of every write, so that it locks the row of the run. */
    renew: compileStatement<Fenced & { until: number }>(
      updateHeld.set({ lease_until: param('until'), updated_at: now }),
    ),
    /** Fails where another has taken the run, or it was cancelled or deleted. */
    expectHeld: compileStatement<Fenced>(
      db
        .insertInto('agent_run_steps')
        .columns(['run_id', 'key', 'step', 'kind', 'data', 'started_at', 'ended_at', 'fence'])
        .expression(
          db
            .selectNoFrom([
              sql<string>`${run}`.as('run_id'),
              sql<string>`NULL`.as('key'),
              sql<number>`0`.as('step'),
              sql<'model'>`'model'`.as('kind'),
              sql<string>`''`.as('data'),
              sql<number>`0`.as('started_at'),
              sql<number>`0`.as('ended_at'),
              sql<number>`0`.as('fence'),
            ])
            .where(({ not, exists }) => not(exists(held))),
        ),
    ),
    insertStep: compileStatement<
      OfRun & {
        key: string
        step: number
        kind: string
        name: string | null
        agent: string | null
        digest: string | null
        data: string
        started: number
        ended: number
        fence: number
      }
    >(
      db.insertInto('agent_run_steps').values({
        run_id: run,
        key: param('key'),
        step: param('step'),
        kind: param('kind'),
        name: param('name'),
        agent: param('agent'),
        digest: param('digest'),
        data: param('data'),
        started_at: param('started'),
        ended_at: param('ended'),
        fence: param('fence'),
      }),
    ),
    setHistoryRow: compileStatement<Fenced & { row: number }>(updateHeld.set({ history_row: param('row') })),
    deleteStepsFrom: compileStatement<OfRun & { first: number }>(
      db.deleteFrom('agent_run_steps').where('run_id', '=', run).where('step', '>=', param<number>('first')),
    ),
    /** The run begins anew, under this version of the code. */
    restart: compileStatement<Fenced & { version: string | null }>(
      updateHeld.set(({ eb }) => ({ restarts: eb('restarts', '+', 1), code_version: param('version') })),
    ),

    askApproval: compileStatement<
      OfRun & { call: string; tool: string; arguments: string; agent: string; now: number }
    >(
      db
        .insertInto('agent_run_approvals')
        .values({
          run_id: run,
          call_id: param('call'),
          tool: param('tool'),
          arguments: param('arguments'),
          agent: param('agent'),
          asked_at: now,
          always: 0,
        })
        .onConflict((conflict) => conflict.columns(['run_id', 'call_id']).doNothing()),
    ),
    applyDecision: compileStatement<OfRun & { call: string; now: number }>(
      db
        .updateTable('agent_run_approvals')
        .set({ applied_at: now })
        .where('run_id', '=', run)
        .where('call_id', '=', param<string>('call')),
    ),
    /** The first decision stands. */
    decide: compileStatement<
      OfRun & {
        call: string
        decision: string
        always: number
        message: string | null
        by: string | null
        now: number
      }
    >(
      db
        .updateTable('agent_run_approvals')
        .set({
          decision: param('decision'),
          always: param('always'),
          message: param('message'),
          decided_by: param('by'),
          decided_at: now,
        })
        .where('run_id', '=', run)
        .where('call_id', '=', param<string>('call'))
        .where('decision', 'is', null)
        .where(({ exists, selectFrom }) =>
          exists(
            selectFrom('agent_runs')
              .select('agent_runs.run_id')
              .where('agent_runs.run_id', '=', run)
              .where('agent_runs.status', 'in', OPEN),
          ),
        ),
    ),
    deleteApprovals: compileStatement<OfRun>(db.deleteFrom('agent_run_approvals').where('run_id', '=', run)),

    /** Ends the claim. */
    endClaim: compileStatement<
      Fenced & {
        status: string
        output: string | null
        last: string | null
        errorName: string | null
        errorMessage: string | null
      }
    >(
      updateHeld.set({
        status: param('status'),
        output: param('output'),
        last_agent: sql<string>`coalesce(${param('last')}, last_agent)`,
        error_name: param('errorName'),
        error_message: param('errorMessage'),
        lease_until: 0,
        updated_at: now,
      }),
    ),

    /** Newest first, after the one that a cursor names. */
    listRuns(filter: RunFilter, limit: number, before?: { created: number; run: string }): SqlStatement {
      let query = filtered(runs, filter)
      if (before) {
        query = query.where(({ or, and, eb }) =>
          or([
            eb('created_at', '<', before.created),
            and([eb('created_at', '=', before.created), eb('run_id', '<', before.run)]),
          ]),
        )
      }
      return compiledNow(query.orderBy('created_at', 'desc').orderBy('run_id', 'desc').limit(limit))
    },
    /** Those whose lease has ended, or whose decisions wait to be applied; the oldest first. */
    listRecoverable: compileStatement<{ now: number; limit: number }>(
      runs
        .where('lease_until', '<=', now)
        .where(({ or, and, eb, exists }) =>
          or([
            eb('status', '=', 'running'),
            and([eb('status', '=', 'waiting'), exists(decidedAndNotApplied)]),
          ]),
        )
        .orderBy('updated_at')
        .orderBy('run_id')
        .limit(param<number>('limit')),
    ),
    /** What waits for a decision, the oldest first. */
    listPending(filter: Omit<RunFilter, 'status'>, limit: number): SqlStatement {
      let query = db
        .selectFrom('agent_run_approvals as a')
        .innerJoin('agent_runs as r', 'r.run_id', 'a.run_id')
        .select(APPROVAL_COLUMNS.map((column) => `a.${column}` as const))
        .where('a.decision', 'is', null)
        .where('r.status', '=', 'waiting')
      if (filter.owner !== undefined) query = query.where('r.owner', '=', filter.owner)
      if (filter.sessionId !== undefined) query = query.where('r.session_id', '=', filter.sessionId)
      return compiledNow(query.orderBy('a.asked_at').orderBy('a.run_id').orderBy('a.call_id').limit(limit))
    },
    lastAgent: compileStatement<{ session: string }>(
      db
        .selectFrom('agent_runs')
        .select('last_agent')
        .where('session_id', '=', param<string>('session'))
        .where('last_agent', 'is not', null)
        .orderBy('created_at', 'desc')
        .orderBy('run_id', 'desc')
        .limit(1),
    ),

    cancelRun: compileStatement<OfRun & { now: number }>(
      db
        .updateTable('agent_runs')
        .set(({ eb }) => ({
          status: 'cancelled',
          fence: eb('fence', '+', 1),
          lease_until: 0,
          updated_at: now,
        }))
        .where('run_id', '=', run)
        .where('status', 'in', OPEN),
    ),
    retryRun: compileStatement<OfRun & { now: number }>(
      db
        .updateTable('agent_runs')
        .set({ status: 'running', updated_at: now })
        .where('run_id', '=', run)
        .where('status', '=', 'failed'),
    ),
    deleteRun: (runId: string): SqlStatement[] =>
      (['agent_run_steps', 'agent_run_approvals', 'agent_runs'] as const).map((table) =>
        compiledNow(db.deleteFrom(table).where('run_id', '=', runId)),
      ),
    countPrunable: compileStatement<{ now: number; before: number }>(
      db.selectFrom(prunable.as('p')).select(({ fn }) => fn.countAll<number>().as('count')),
    ),
    /** The steps and approvals of what is pruned, then the runs. */
    prune: (['agent_run_steps', 'agent_run_approvals', 'agent_runs'] as const).map((table) =>
      compileStatement<{ now: number; before: number }>(db.deleteFrom(table).where('run_id', 'in', prunable)),
    ),
  }
}
