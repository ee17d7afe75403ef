import type { BatchOptions, SqlDriver, SqlResult, SqlStatement } from '@persql/session-core'
import { StorageError } from '@persql/session-core'
import { BatchQueue, closableDriver, importError, sqlStateOf } from '@persql/session-core/driver'
import { BatchQuery, EndQuery, type Step } from './batch-query.ts'
import { isRefusal, postgresError } from './postgres-error.ts'
import type { PostgresClient, PostgresPool } from './postgres-pool.ts'
import { PreparedStatements } from './prepared-statements.ts'
import { refuseSettings } from './refuse-settings.ts'

export interface PostgresDriverOptions {
  /** As in `postgres://user:password@host:5432/database?sslmode=require`. Default: what `PGHOST` and the others say. */
  readonly url?: string | undefined
  /** A pool of yours, of `pg` or of its shape, instead of `url` and `connection`. It stays yours to end. */
  readonly pool?: PostgresPool | undefined
  /**
   * Whatever else `new pg.Pool()` takes, such as `{ max: 20, ssl: { ca }, statement_timeout: 5000 }`. `max`, 10 where
   * nothing is said, is how many batches run at the same time.
   */
  readonly connection?: Readonly<Record<string, unknown>> | undefined
  /**
   * Keeps the statements parsed on each connection. False for a pool between here and the server that does not, such as
   * PgBouncer before 1.21 in transaction mode. Default: true.
   */
  readonly preparedStatements?: boolean | undefined
  /** Whether every batch is one that only reads, so that the server refuses what is more. Default: false. */
  readonly readOnly?: boolean | undefined
  /**
   * A second server, by its URL, or a pool of yours on it, that runs the batches that only read. It may lag behind:
   * what was just written may be missing in what is read next. Default: none.
   */
  readonly replica?: string | PostgresPool | undefined
}

/** How often a batch is run that the server gave up in favour of another one. */
const ATTEMPTS = 5

const PREPARED = new WeakMap<PostgresClient, PreparedStatements>()

/**
 * A driver over PostgreSQL, through `pg`. A batch travels in one piece and so is one turnaround, whatever its statements;
 * one that fails may be two. Batches of different sessions run at the same time, each on a connection of its own.
 *
 * A batch that the server gives up because of others (a deadlock, a serialization failure) is run again, a few times. A
 * lost connection rejects with `UNAVAILABLE`: whether the change was made is not known.
 */
export function postgresDriver(database: string | PostgresPool | PostgresDriverOptions): SqlDriver {
  const options = toOptions(database)
  const { preparedStatements = true } = options
  const readsOnly = options.readOnly ?? false
  const primary = options.pool ? poolOf(options.pool) : openingPool(options.url, options.connection)
  const replica = options.replica === undefined ? primary : replicaOf(options.replica, options.connection)
  const queue = new BatchQueue()

  async function run(statements: readonly SqlStatement[], batchOptions: BatchOptions) {
    const readOnly = readsOnly || (batchOptions.readOnly ?? false)
    const steps = readOnly
      ? readingSteps(statements, batchOptions)
      : writingSteps(statements, batchOptions.setup ?? [])
    const pool = readOnly ? replica : primary
    for (let attempt = 1; ; attempt++) {
      const outcome = await attemptOn(await pool.get(), steps, { preparedStatements, readOnly })
      if ('results' in outcome) return outcome.results
      const mayRepeat = outcome.repeat === 'always' || (outcome.repeat === 'if it only reads' && readOnly)
      if (!mayRepeat || attempt >= ATTEMPTS) throw postgresError(outcome.error, outcome.statementIndex)
      if (attempt > 1) await pause(attempt)
    }
  }

  return closableDriver({
    dialect: 'postgres',

    async batch(statements, batchOptions = {}) {
      refuseSettings(statements)
      return queue.run(batchOptions, () => run(statements, batchOptions))
    },

    async close() {
      await queue.end()
      await primary.end()
      if (replica !== primary) await replica.end()
    },
  })
}

function toOptions(database: string | PostgresPool | PostgresDriverOptions): PostgresDriverOptions {
  if (typeof database === 'string') return { url: database }
  if (typeof database !== 'object' || database === null) {
    throw new StorageError(
      'INVALID_ARGUMENT',
      'The database must be a URL such as "postgres://host/database", a pool, or options.',
    )
  }
  return isPool(database) ? { pool: database } : database
}

function isPool(value: object): value is PostgresPool {
  return 'connect' in value && typeof value.connect === 'function'
}

interface PoolOfDriver {
  get(): Promise<PostgresPool>
  end(): Promise<void>
}

function poolOf(pool: PostgresPool): PoolOfDriver {
  if (!isPool(pool))
    throw new StorageError('INVALID_ARGUMENT', 'The pool must have a `connect`, as that of pg.')
  return { get: async () => pool, end: async () => {} }
}

function replicaOf(replica: string | PostgresPool, connection: PostgresDriverOptions['connection']) {
  return typeof replica === 'string' ? openingPool(replica, connection) : poolOf(replica)
}

/** A pool that is made when it is first asked for. */
function openingPool(url: string | undefined, connection: PostgresDriverOptions['connection']): PoolOfDriver {
  let pool: Promise<PostgresPool & { end(): Promise<void> }> | undefined

  async function open() {
    const pg = await import('pg').catch((error: unknown) => {
      throw importError('pg', error)
    })
    const made = new pg.default.Pool({ ...(url !== undefined && { connectionString: url }), ...connection })
    // Idle connections that the server closes are no failure: the next batch opens another one.
    made.on('error', () => {})
    return made as unknown as PostgresPool & { end(): Promise<void> }
  }

  return {
    get() {
      pool ??= open()
      return pool
    },
    async end() {
      await (await pool)?.end()
    },
  }
}

/** The setup as a transaction of its own, and the batch as the next one, but for its end. */
function writingSteps(statements: readonly SqlStatement[], setup: readonly SqlStatement[]): Step[] {
  const before = setup.length === 0 ? [] : [BEGIN, ...setup, COMMIT]
  return [...before, BEGIN, ...statements.map(toStep)]
}

function readingSteps(statements: readonly SqlStatement[], { sessions = [] }: BatchOptions): Step[] {
  // Several statements read one moment.
  const begin = statements.length === 1 ? BEGIN_ONE_READ : BEGIN_READS
  return [begin, ...(sessions.length === 0 ? [WITHOUT_JIT] : []), ...statements.map(toStep)]
}

function toStep(statement: SqlStatement, index: number): Step {
  return { ...statement, index }
}

// Whatever the default of the server: who waited for a lock then sees what the other one has written.
const BEGIN: Step = { sql: 'begin isolation level read committed' }
const COMMIT: Step = { sql: 'commit' }
const BEGIN_ONE_READ: Step = { sql: 'begin isolation level read committed read only' }
const BEGIN_READS: Step = { sql: 'begin isolation level repeatable read read only' }

// Of what looks at all sessions, the planner expects so many rows that it would be compiled first, which takes longer
// than it saves. It holds for the transaction alone, so whoever gets the connection next is not touched.
const WITHOUT_JIT: Step = {
  sql: "select set_config('jit', 'off', true) where current_setting('jit', true) = 'on'",
}

type Outcome =
  | { readonly results: SqlResult[] }
  | {
      readonly error: unknown
      readonly statementIndex?: number | undefined
      readonly repeat: 'never' | 'if it only reads' | 'always'
    }

async function attemptOn(
  pool: PostgresPool,
  steps: readonly Step[],
  { preparedStatements, readOnly }: { readonly preparedStatements: boolean; readonly readOnly: boolean },
): Promise<Outcome> {
  let client: PostgresClient
  try {
    client = await pool.connect()
  } catch (error) {
    return { error, repeat: 'never' }
  }
  const prepared = preparedOn(client)
  const query = new BatchQuery(
    steps,
    // To roll back undoes settings of the connection, too.
    readOnly ? 'rollback' : 'commit',
    preparedStatements ? prepared : undefined,
  )
  client.query(query)
  if (query.end) client.query(query.end)
  const [batch, sentAlong] = await Promise.allSettled([query.results, query.end?.done])
  if (batch.status === 'fulfilled' && sentAlong.status === 'fulfilled') {
    client.release()
    return { results: batch.value }
  }
  const error: unknown =
    batch.status === 'rejected' ? batch.reason : (sentAlong as PromiseRejectedResult).reason
  const isOver = await endOf(query, client).then(() => true, isRefusal)
  const state = sqlStateOf(error) ?? ''
  // A server that has become a standby would refuse the next change as well.
  client.release(!isOver || (state === '25006' && !readOnly))
  if (!isRefusal(error)) return { error, repeat: query.isSent ? 'if it only reads' : 'always' }
  const isStale = query.failedParsed && mayBeStale(state)
  if (isStale) prepared.clear()
  return {
    error,
    statementIndex: query.failedIndex,
    repeat: isStale || GIVEN_UP.has(state) ? 'always' : 'never',
  }
}

/** The end of a transaction that has failed. */
function endOf(query: BatchQuery, client: PostgresClient): Promise<void> {
  if (query.end) return query.end.done
  const rollback = new EndQuery('rollback')
  client.query(rollback)
  return rollback.done
}

function preparedOn(client: PostgresClient): PreparedStatements {
  const known = PREPARED.get(client)
  if (known) return known
  if ('pipeline' in client && client.pipeline) {
    client.release()
    throw new StorageError(
      'INVALID_ARGUMENT',
      'Make the pool without `pipeline`: a batch travels in one piece without it, and pg takes it only so.',
    )
  }
  // While nobody listens, a lost connection would end the process. Whoever uses it hears of it anyway.
  client.on('error', () => {})
  const prepared = new PreparedStatements()
  PREPARED.set(client, prepared)
  return prepared
}

// Serialization failure, deadlock: the server has answered with an error, so the transaction did certainly not commit.
const GIVEN_UP: ReadonlySet<string> = new Set(['40001', '40P01'])

/** What the server says of a parsed statement that is gone (26000), or whose tables have changed since. */
function mayBeStale(state: string): boolean {
  return state === '26000' || state === '0A000' || state.startsWith('42')
}

function pause(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * 2 ** attempt))
}
