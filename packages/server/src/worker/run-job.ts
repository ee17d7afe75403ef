import { existsSync } from 'node:fs'
import { type CallData, type CallMeta, costUsd, type Success } from '@persql/sdk/protocol'
import type { Connection } from './connection/connection.ts'
import type { Connections } from './connection/connections.ts'
import type { Policy } from './connection/policy.ts'
import { execute } from './execute/execute.ts'
import { tooLarge } from './execute/result-bytes.ts'
import { parseQuery } from './execute/statement-body.ts'
import { copySchema } from './schema/copy-schema.ts'
import { describe, explain, schema, tables, validate } from './schema/introspect.ts'
import { mergeSchema } from './schema/merge-schema.ts'
import { failureReply } from './wire/failure-reply.ts'
import type { Job, JobData, Reply, SqlJob, SqlOperation, WorkerLimits } from './wire/job.ts'
import { SqlFailure } from './wire/sql-failure.ts'
import { toSqlFailure } from './wire/to-sql-failure.ts'

const ADMIN: Policy = { role: 'admin' }

/** Does one job and never throws: what failed is an answer as well. */
export function runJob(connections: Connections, job: Job, body: Buffer, limits: WorkerLimits): Reply {
  try {
    for (const file of job.forget ?? []) connections.forget(file)
    switch (job.operation) {
      case 'drop':
        connections.drop(job.file)
        return succeed<JobData['drop']>(null)
      case 'copySchema':
        connections.drop(job.target)
        copySchema(connections.get(job.file, ADMIN), connections.get(job.target, ADMIN))
        return succeed<JobData['copySchema']>(null)
      case 'mergeSchema':
        // It may have been deleted in the meantime, and to open it would make it again.
        if (!existsSync(job.source)) throw new SqlFailure(404, 'There is no such branch')
        return succeed<JobData['mergeSchema']>(
          mergeSchema(connections.get(job.file, ADMIN), connections.get(job.source, ADMIN)),
        )
      default:
        return runSqlJob(connections, job, body, limits)
    }
  } catch (error) {
    return failureReply(toSqlFailure(error))
  } finally {
    connections.closeAlone()
  }
}

function runSqlJob(connections: Connections, job: SqlJob, body: Buffer, limits: WorkerLimits): Reply {
  const { policy } = job
  const connection = connections.get(job.file, policy)
  try {
    connection.refresh()
    return answer(connection, job, body, limits)
  } catch (error) {
    throw toSqlFailure(error, connection.authorizer.refusal)
  }
}

function answer(connection: Connection, job: SqlJob, body: Buffer, limits: WorkerLimits): Reply {
  const { operation, policy } = job
  switch (operation) {
    case 'query':
    case 'batch':
      return execute(connection, job, body, limits)
    case 'tables':
      return succeedWithin<'tables'>(tables(connection, policy), limits)
    case 'describe':
      return succeedWithin<'describe'>(describe(connection, policy), limits)
    case 'schema':
      return succeedWithin<'schema'>(schema(connection, policy), limits)
    default: {
      const [statement] = parseQuery(body, limits).statements
      if (!statement) throw new TypeError('A query has one statement.')
      return operation === 'explain'
        ? succeedWithin<'explain'>(explain(connection, statement), limits)
        : succeedWithin<'validate'>(validate(connection, statement), limits)
    }
  }
}

/** For what only reads: what has changed something must not be refused afterwards. */
function succeedWithin<Name extends SqlOperation>(
  data: CallData<Name>,
  { resultBytes }: WorkerLimits,
): Reply {
  const reply = succeed(data)
  if (Buffer.byteLength(reply.body) > resultBytes) throw tooLarge()
  return reply
}

function succeed<Data>(data: Data): Reply {
  const meta: CallMeta = { rowsRead: 0, rowsWritten: 0, durationMs: 0, statementCount: 0, costUsd: CALL }
  return {
    head: { status: 200, rowsRead: 0, rowsWritten: 0 },
    body: JSON.stringify({ success: true, data, meta } satisfies Success<Data>),
  }
}

const CALL = costUsd({ requests: 1, rowsRead: 0, rowsWritten: 0 })
