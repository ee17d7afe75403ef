import type { ColumnDefinitionBuilder } from 'kysely'
import type { SessionDialect } from '../dialects/session-dialect.ts'
import type { SqlStatement } from '../driver/sql-driver.ts'

/** The three tables of runs, for `Kysely<RunTables>`. Times are milliseconds since 1970, UTC. */
export interface RunTables {
  agent_runs: {
    run_id: string
    status: RunStatus
    session_id: string | null
    /** The agent that the run began with, and the one that it reached by handoffs. */
    agent: string | null
    last_agent: string | null
    owner: string | null
    code_version: string | null
    /** `{"value": …}`, as all values here. */
    input: string
    output: string | null
    error_name: string | null
    error_message: string | null
    /** The newest row of the session when the run began. */
    history_row: number | null
    /** How often the run was begun anew. */
    restarts: number
    /** Grows with every claim; a write under an older one fails. */
    fence: number
    /** Who has claimed it; names no more than the claim. */
    holder: string | null
    /** Until when nobody else may claim it; 0 for a run that nobody works on. */
    lease_until: number
    created_at: number
    updated_at: number
    /** From when on it may be pruned, whatever its status. */
    expires_at: number | null
  }
  agent_run_steps: {
    run_id: string
    /** What the step answers: a place in the run, or the id of a call. */
    key: string
    /** Grows by one with each step of a run. */
    step: number
    kind: RunStepKind
    name: string | null
    agent: string | null
    /** Of what the step was asked. */
    digest: string | null
    data: string
    started_at: number
    ended_at: number
    /** Of the claim that recorded it. A later claim of the run is given the step again. */
    fence: number
  }
  agent_run_approvals: {
    run_id: string
    call_id: string
    tool: string
    arguments: string
    agent: string
    asked_at: number
    decision: 'approved' | 'rejected' | null
    /** 1 where it holds for later calls of the tool as well. */
    always: number
    message: string | null
    decided_by: string | null
    decided_at: number | null
    /** When the run went on with it. */
    applied_at: number | null
  }
}

/** `running` also stands for a run whose process has died: then its lease has ended. */
export type RunStatus = 'running' | 'waiting' | 'done' | 'failed' | 'cancelled'

/** `start` is a call that was about to be made; `decisions` are approvals that the run went on with. */
export type RunStepKind = 'model' | 'tool' | 'start' | 'decisions'

/** What {@link createRunTables} makes, by name. */
export const RUN_RELATIONS = [
  'agent_runs',
  'idx_agent_runs_status',
  'idx_agent_runs_session_id',
  'agent_run_steps',
  'agent_run_approvals',
]

/** The statements that make the tables, in order. Each of them does nothing to what exists. */
export function createRunTables(dialect: SessionDialect): readonly SqlStatement[] {
  const { schema } = dialect.builder<RunTables>()
  const required = (column: ColumnDefinitionBuilder) => column.notNull()
  return [
    schema
      .createTable('agent_runs')
      .ifNotExists()
      .addColumn('run_id', 'text', (column) => column.primaryKey())
      .addColumn('status', 'text', required)
      .addColumn('session_id', 'text')
      .addColumn('agent', 'text')
      .addColumn('last_agent', 'text')
      .addColumn('owner', 'text')
      .addColumn('code_version', 'text')
      .addColumn('input', 'text', required)
      .addColumn('output', 'text')
      .addColumn('error_name', 'text')
      .addColumn('error_message', 'text')
      .addColumn('history_row', 'bigint')
      .addColumn('restarts', 'bigint', required)
      .addColumn('fence', 'bigint', required)
      .addColumn('holder', 'text')
      .addColumn('lease_until', 'bigint', required)
      .addColumn('created_at', 'bigint', required)
      .addColumn('updated_at', 'bigint', required)
      .addColumn('expires_at', 'bigint'),
    schema
      .createIndex('idx_agent_runs_status')
      .ifNotExists()
      .on('agent_runs')
      .columns(['status', 'created_at']),
    schema
      .createIndex('idx_agent_runs_session_id')
      .ifNotExists()
      .on('agent_runs')
      .columns(['session_id', 'created_at']),
    schema
      .createTable('agent_run_steps')
      .ifNotExists()
      .addColumn('run_id', 'text', required)
      .addColumn('key', 'text', required)
      .addColumn('step', 'bigint', required)
      .addColumn('kind', 'text', required)
      .addColumn('name', 'text')
      .addColumn('agent', 'text')
      .addColumn('digest', 'text')
      .addColumn('data', 'text', required)
      .addColumn('started_at', 'bigint', required)
      .addColumn('ended_at', 'bigint', required)
      .addColumn('fence', 'bigint', required)
      .addPrimaryKeyConstraint('agent_run_steps_key', ['run_id', 'key']),
    schema
      .createTable('agent_run_approvals')
      .ifNotExists()
      .addColumn('run_id', 'text', required)
      .addColumn('call_id', 'text', required)
      .addColumn('tool', 'text', required)
      .addColumn('arguments', 'text', required)
      .addColumn('agent', 'text', required)
      .addColumn('asked_at', 'bigint', required)
      .addColumn('decision', 'text')
      .addColumn('always', 'integer', required)
      .addColumn('message', 'text')
      .addColumn('decided_by', 'text')
      .addColumn('decided_at', 'bigint')
      .addColumn('applied_at', 'bigint')
      .addPrimaryKeyConstraint('agent_run_approvals_key', ['run_id', 'call_id']),
  ].map((query) => ({ sql: query.compile().sql }))
}
