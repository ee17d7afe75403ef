import { compileStatement, param, statementBuilder } from '@persql/session-core'
import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely'
import { perDialect } from '../dialects/per-dialect.ts'
import type { MemoryTables } from '../layout/memory-tables.ts'
import { EPISODE_COLUMNS, type EpisodeRow, type FactTexts } from './written-rows.ts'

const limit = param<number>('limit')

const FACT = ['id', 'name', 'description', 'type', 'body', 'source', 'created_at', 'updated_at'] as const

/** The statements for facts, episodes and vectors, except those of recall; compiled once. */
export const memoryStatements = perDialect((dialect) => {
  const db = statementBuilder<MemoryTables>(dialect.name)

  /** True where the parameter is null, or the comparison of the column with it holds. */
  function ifGiven(
    name: string,
    type: 'text' | 'integer',
    column: string,
    comparison: '=' | '>=' | '<',
  ): RawBuilder<boolean> {
    const given = dialect.typed(param(name), type)
    return sql<boolean>`(${given} is null or ${sql.ref(column)} ${sql.raw(comparison)} ${given})`
  }

  /** The vector of what is selected. */
  function embed(selection: Selection) {
    return db
      .insertInto('ctx_embedding')
      .columns(['id', 'version', 'vector'])
      .expression(
        selection.select([
          'id',
          dialect.typed<number>(param('version'), 'integer').as('version'),
          dialect.typed<Uint8Array>(param('vector'), 'bytes').as('vector'),
        ]),
      )
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet(({ ref }) => ({
          version: ref('excluded.version'),
          vector: ref('excluded.vector'),
        })),
      )
  }

  return {
    remember: compileStatement<{ id: string; source: string | null; now: number } & FactTexts>(
      db
        .insertInto('ctx_memory')
        .values({
          id: param('id'),
          name: param('name'),
          description: param('description'),
          type: param('type'),
          body: param('body'),
          source: param('source'),
          created_at: param('now'),
          updated_at: param('now'),
        })
        .onConflict((conflict) =>
          conflict.column('name').doUpdateSet(({ ref }) => ({
            description: ref('excluded.description'),
            type: ref('excluded.type'),
            body: ref('excluded.body'),
            updated_at: ref('excluded.updated_at'),
          })),
        )
        .returning(FACT),
    ),
    noteOrigin: compileStatement<{ name: string; session: string }>(
      db
        .insertInto('ctx_origin')
        .columns(['memory_id', 'session_id'])
        .expression(
          db
            .selectFrom('ctx_memory')
            .select(['id', dialect.typed<string>(param('session'), 'text').as('session')])
            .where('name', '=', param<string>('name')),
        ),
    ),
    get: compileStatement<{ name: string }>(
      db.selectFrom('ctx_memory').select(FACT).where('name', '=', param<string>('name')),
    ),
    index: compileStatement<{ type: string | null; limit: number }>(
      db
        .selectFrom('ctx_memory')
        .select(FACT)
        .where(ifGiven('type', 'text', 'type', '='))
        .orderBy('updated_at', 'desc')
        .orderBy('rowid', 'desc')
        .limit(limit),
    ),
    forgetFact: compileStatement<{ name: string }>(
      db.deleteFrom('ctx_memory').where('name', '=', param<string>('name')).returning('id'),
    ),
    forgetEpisode: compileStatement<{ name: string }>(
      db.deleteFrom('ctx_episode').where('id', '=', param<string>('name')).returning('id'),
    ),

    record: compileStatement<EpisodeRow>(
      db.insertInto('ctx_episode').values(episodeValues()).returning(EPISODE_COLUMNS),
    ),
    /** Inserts nothing where an episode already sums up the first of the rows, or later ones. */
    recordDistilled: compileStatement<EpisodeRow>(
      db
        .insertInto('ctx_episode')
        .columns(EPISODE_COLUMNS)
        .expression(
          db
            .selectNoFrom(
              EPISODE_COLUMNS.map((column) => dialect.typed(param(column), typeOf(column)).as(column)),
            )
            .where(({ not, exists, selectFrom }) =>
              not(
                exists(
                  selectFrom('ctx_episode')
                    .select('row')
                    .where('session_id', '=', param<string>('session_id'))
                    .where('last_row', '>=', param<number>('first_row')),
                ),
              ),
            ),
        )
        .returning(EPISODE_COLUMNS),
    ),
    latestDistilled: compileStatement<{ session: string }>(
      db
        .selectFrom('ctx_episode')
        .select(EPISODE_COLUMNS)
        .where('session_id', '=', param<string>('session'))
        .where('last_row', 'is not', null)
        .orderBy('last_row', 'desc')
        .limit(1),
    ),
    episodes: compileStatement<
      { session: string | null; run: string | null; outcome: string | null; limit: number } & TimeRange
    >(
      db
        .selectFrom('ctx_episode')
        .select(EPISODE_COLUMNS)
        .where(ifGiven('session', 'text', 'session_id', '='))
        .where(ifGiven('run', 'text', 'run_id', '='))
        .where(ifGiven('outcome', 'text', 'outcome', '='))
        .where(ifGiven('since', 'integer', 'happened_at', '>='))
        .where(ifGiven('until', 'integer', 'happened_at', '<'))
        .orderBy('happened_at', 'desc')
        .orderBy('row', 'desc')
        .limit(limit),
    ),

    stats: compileStatement<Record<never, never>>(
      db.selectNoFrom(({ selectFrom, fn }) => [
        selectFrom('ctx_memory').select(fn.countAll().as('count')).as('memories'),
        selectFrom('ctx_entity').select(fn.countAll().as('count')).as('entities'),
        selectFrom('ctx_edge').select(fn.countAll().as('count')).as('edges'),
      ]),
    ),

    /** Keeps the vector of the fact of this name, as long as the fact is what it was when it was embedded. */
    embedFact: compileStatement<{ name: string; version: number; vector: Uint8Array }>(
      embed(
        db
          .selectFrom('ctx_memory')
          .where('name', '=', param<string>('name'))
          .where('updated_at', '=', param<number>('version')),
      ),
    ),
    embedEpisode: compileStatement<{ name: string; version: number; vector: Uint8Array }>(
      embed(db.selectFrom('ctx_episode').where('id', '=', param<string>('name'))),
    ),
    factsToEmbed: compileStatement<{ limit: number }>(
      db
        .selectFrom('ctx_memory as m')
        .leftJoin('ctx_embedding as e', 'e.id', 'm.id')
        .select(['m.name', 'm.description', 'm.body', 'm.updated_at'])
        .where('m.updated_at', 'is not', null)
        .where(({ eb, or }) => or([eb('e.id', 'is', null), eb('e.version', '!=', eb.ref('m.updated_at'))]))
        .limit(limit),
    ),
    episodesToEmbed: compileStatement<{ limit: number }>(
      db
        .selectFrom('ctx_episode as m')
        .leftJoin('ctx_embedding as e', 'e.id', 'm.id')
        .select(['m.id', 'm.title', 'm.body', 'm.happened_at'])
        .where('e.id', 'is', null)
        .limit(limit),
    ),
    vectors: compileStatement<Record<never, never>>(
      db
        .selectFrom('ctx_embedding as e')
        .leftJoin('ctx_memory as m', 'm.id', 'e.id')
        .select(['e.id', 'e.vector'])
        .where(({ eb, or }) => or([eb('m.id', 'is', null), eb('m.updated_at', '=', eb.ref('e.version'))])),
    ),
  }
})

type TimeRange = { since: number | null; until: number | null }

type Selection = SelectQueryBuilder<MemoryTables, 'ctx_memory' | 'ctx_episode', Record<never, never>>

function episodeValues() {
  return Object.fromEntries(EPISODE_COLUMNS.map((column) => [column, param(column)])) as EpisodeRow
}

function typeOf(column: (typeof EPISODE_COLUMNS)[number]): 'text' | 'integer' {
  return column === 'happened_at' || column.endsWith('_row') ? 'integer' : 'text'
}
