import {
  checkSessionId,
  type DatabaseHandle,
  SessionStore,
  type SqlDriver,
  type SqlResult,
  type SqlStatement,
  toSqlDriver,
} from '@persql/session-core'
import { checkCount, checkTime } from './arguments/check-number.ts'
import { checkFilled, checkName, checkOneOf, checkString, checkText } from './arguments/check-text.ts'
import { invalid } from './arguments/invalid.ts'
import { optional } from './arguments/optional.ts'
import { distill } from './episodes/distill.ts'
import { memoryStatements } from './facts/memory-statements.ts'
import { toEpisode, toLink, toMemory, toWorkingEntry } from './facts/read-rows.ts'
import type { EpisodeRow } from './facts/written-rows.ts'
import { entityId } from './graph/entity-id.ts'
import { graphStatements } from './graph/graph-statements.ts'
import { linkStatements } from './graph/link-statements.ts'
import { indexUnindexed } from './layout/index-unindexed.ts'
import { MemoryBatches } from './layout/memory-batches.ts'
import { MEMORY_TYPES, type Memory, type NewEpisode, type NewMemory } from './memory.ts'
import type { MemoryOptions } from './memory-options.ts'
import type { DistillOptions, MemoryStore, NeighborsOptions, Summary } from './memory-store.ts'
import { embedMissing } from './recall/embed-missing.ts'
import { embedAll } from './recall/embeddings.ts'
import { findById } from './recall/find-by-id.ts'
import { resolveRanking } from './recall/ranking.ts'
import { recallByText, resolveRecall } from './recall/recall.ts'
import { fuseWithNearest } from './recall/recall-by-meaning.ts'
import { listEntries } from './working/list-entries.ts'
import { workingMemory } from './working/working-memory.ts'

/** One day. */
const WORKING_TTL = 24 * 60 * 60 * 1000
/** Each edge away is a pass over all that was reached, and in a graph of people or topics six reach nearly everything. */
const MAX_DEPTH = 20
const NOTHING: SqlStatement = { sql: 'select 1' }

/**
 * The memory of a database: a `SqlDriver`, or a PerSQL database handle, which both stay yours to close. Makes no
 * request by itself. Throws `INVALID_ARGUMENT` for options that cannot be used.
 */
export function openMemory(database: SqlDriver | DatabaseHandle, options: MemoryOptions = {}): MemoryStore {
  const { createTables = true, embed, now = Date.now } = options
  const batches = new MemoryBatches(toSqlDriver(database), createTables)
  const source = optional(options.source, (value) => checkName('source', value))
  const ranking = resolveRanking(options.ranking)
  const workingTtl = checkCount('workingTtl', options.workingTtl ?? WORKING_TTL, 1)
  const sessions = new SessionStore<unknown>(batches.driver, { createTables })

  const { layout, textIndex } = batches.dialect
  const statements = memoryStatements(batches.dialect)
  const graph = graphStatements(batches.dialect)
  const links = linkStatements(batches.dialect)

  const read = (...batch: SqlStatement[]) => batches.run(batch, { readOnly: true })
  const rowsOf = (result: SqlResult | undefined) => result?.rows ?? []

  function toRow(episode: NewEpisode): EpisodeRow {
    return {
      id: newId('ep'),
      title: checkText('title', episode.title ?? ''),
      body: checkFilled('body', episode.body),
      outcome: optional(episode.outcome, (value) => checkName('outcome', value)),
      session_id: optional(episode.sessionId, checkSessionId),
      run_id: optional(episode.runId, (value) => checkName('run id', value)),
      source,
      happened_at: optional(episode.happenedAt, (value) => checkTime('happenedAt', value)) ?? now(),
      first_row: null,
      last_row: null,
    }
  }

  /** The statements that keep the vector of an episode. */
  async function embedEpisode({ id, title, body, happened_at }: EpisodeRow): Promise<SqlStatement[]> {
    if (!embed) return []
    const [vector] = await embedAll(embed, [`${title}\n${body}`])
    return [statements.embedEpisode({ name: id, version: happened_at, vector: vector! })]
  }

  async function getFact(name: string): Promise<Memory | null> {
    const [result] = await read(statements.get({ name: checkName('name', name) }))
    const row = rowsOf(result)[0]
    return row ? toMemory(row) : null
  }

  return {
    async init() {
      await batches.run([NOTHING])
      if (batches.hasTextIndex) {
        await indexUnindexed(batches)
        await batches.run(layout.noteDifferences)
        await indexUnindexed(batches)
      }
      if (embed) await embedMissing(batches, embed)
    },

    async remember(memory) {
      const { sessionId } = memory
      const time = now()
      const fact = { ...checkFact(memory), id: newId('m'), source, now: time }
      const session = optional(sessionId, checkSessionId)
      const batch = [statements.remember(fact)]
      const indexing = textIndex.indexFact(fact)
      if (session !== null) batch.push(statements.noteOrigin({ name: fact.name, session }))
      if (embed) {
        const [vector] = await embedAll(embed, [`${fact.name}\n${fact.description}\n${fact.body}`])
        batch.push(statements.embedFact({ name: fact.name, version: time, vector: vector! }))
      }
      const [result] = await batches.runFor((hasTextIndex) => [...batch, ...(hasTextIndex ? indexing : [])])
      return toMemory(result!.rows[0]!)
    },

    async recall(text, recallOptions) {
      const resolved = resolveRecall(recallOptions)
      const hits = await recallByText(batches, ranking, now(), checkString('text', text), resolved)
      if (!embed || text.trim() === '' || resolved.limit === 0) return hits
      return fuseWithNearest(batches, embed, text.toWellFormed(), hits, resolved)
    },

    async index({ limit = 50, type } = {}) {
      const [result] = await read(
        statements.index({
          limit: checkCount('limit', limit),
          type: optional(type, (value) => checkOneOf('type', MEMORY_TYPES, value)),
        }),
      )
      return rowsOf(result).map(toMemory)
    },

    get: getFact,

    async find(name) {
      const fact = await getFact(name)
      return findById(batches, fact?.id ?? name)
    },

    async forget(name) {
      const named = { name: checkName('name', name) }
      const batch = [statements.forgetFact(named), statements.forgetEpisode(named)]
      const [before, after] = textIndex.unindex(named.name)
      const results = await batches.runFor((hasTextIndex) =>
        hasTextIndex ? [...before, ...batch, ...after] : batch,
      )
      return results.some(({ rows }) => rows.length > 0)
    },

    async link(src, rel, dst) {
      const time = now()
      const [from, to] = [src, dst].map((name) => ({ id: entityId(name), name: name.trim(), now: time }))
      const edge = { src: from!.id, rel: checkName('relation', rel).trim(), dst: to!.id, source, now: time }
      await batches.run([graph.addEntity(from!), graph.addEntity(to!), graph.addEdge(edge)])
    },

    async links({ limit = 50, entity } = {}) {
      const [result] = await read(
        links.list({ limit: checkCount('limit', limit), entity: optional(entity, entityId) }),
      )
      return rowsOf(result).map(toLink)
    },

    async unlink(src, rel, dst) {
      const [from, to] = [entityId(src), entityId(dst)]
      const [deleted] = await batches.run([
        links.delete({ src: from, rel: checkName('relation', rel).trim(), dst: to }),
        links.deleteUnlinked({ id: from }),
        links.deleteUnlinked({ id: to }),
      ])
      return deleted!.rows.length > 0
    },

    async neighbors(name, neighborsOptions = {}) {
      const walk = toWalk(name, neighborsOptions)
      const [entities, edges] = await read(graph.reach(walk), graph.edgesWithin(walk))
      return {
        entities: rowsOf(entities).map(([id, entity]) => ({ id: String(id), name: String(entity) })),
        edges: rowsOf(edges).map(([src, rel, dst]) => ({
          src: String(src),
          rel: String(rel),
          dst: String(dst),
        })),
      }
    },

    async stats() {
      const [result] = await read(statements.stats({}))
      const [memories = 0, entities = 0, edges = 0] = (rowsOf(result)[0] ?? []).map(Number)
      return { memories, entities, edges }
    },

    async record(episode) {
      const row = toRow(episode)
      const batch = [statements.record(row), ...(await embedEpisode(row))]
      const indexing = textIndex.indexEpisode(row)
      const [result] = await batches.runFor((hasTextIndex) => [...batch, ...(hasTextIndex ? indexing : [])])
      return toEpisode(result!.rows[0]!)
    },

    async episodes({ limit = 50, sessionId, runId, outcome, since, until } = {}) {
      const [result] = await read(
        statements.episodes({
          limit: checkCount('limit', limit),
          session: optional(sessionId, checkSessionId),
          run: optional(runId, (value) => checkName('run id', value)),
          outcome: optional(outcome, (value) => checkName('outcome', value)),
          since: optional(since, (value) => checkTime('since', value)),
          until: optional(until, (value) => checkTime('until', value)),
        }),
      )
      return rowsOf(result).map(toEpisode)
    },

    distill<Item>(
      sessionId: string,
      summarize: (items: Item[]) => Summary | Promise<Summary>,
      { runId, sessions: given }: DistillOptions<Item> = {},
    ) {
      const session = checkSessionId(sessionId)
      const toEpisodeRow = (summary: Summary) =>
        toRow({ ...(typeof summary === 'string' ? { body: summary } : summary), sessionId: session, runId })
      const store = given ?? (sessions as SessionStore<Item>)
      return distill(batches, store, session, summarize, async (summary) => {
        const row = toEpisodeRow(summary)
        return { row, more: await embedEpisode(row) }
      })
    },

    working: (runId) => workingMemory(batches, runId, workingTtl, now),

    async workingEntries({ limit = 50, runId } = {}) {
      const run = optional(runId, (value) => checkName('run id', value))
      const [result] = await read(
        listEntries(batches.dialect)({ run, now: now(), limit: checkCount('limit', limit) }),
      )
      return rowsOf(result).map(toWorkingEntry)
    },
  }
}

function checkFact({ name, description = '', type = 'project', body }: NewMemory) {
  return {
    name: checkName('name', name),
    description: checkText('description', description),
    type: checkOneOf('type', MEMORY_TYPES, type),
    body: checkText('body', body),
  }
}

function toWalk(name: string, { depth = 1, direction = 'both' }: NeighborsOptions) {
  if (checkCount('depth', depth) > MAX_DEPTH) throw invalid(`depth must be at most ${MAX_DEPTH}.`)
  checkOneOf('direction', ['out', 'in', 'both'], direction)
  return {
    start: entityId(name),
    depth,
    forwards: Number(direction !== 'in'),
    backwards: Number(direction !== 'out'),
  }
}

function newId(prefix: string): string {
  return `${prefix}_${crypto.randomUUID().replaceAll('-', '')}`
}
