import { compileStatement, param, statementBuilder } from '@persql/session-core'
import { sql } from 'kysely'
import { compilable } from '../dialects/compilable.ts'
import type { MemoryDialect } from '../dialects/memory-dialect.ts'
import { perDialect } from '../dialects/per-dialect.ts'
import type { MemoryTables } from '../layout/memory-tables.ts'

type Walk = { start: string; depth: number; forwards: number; backwards: number }

/** The statements for entities and what connects them; compiled once. */
export const graphStatements = perDialect((dialect) => {
  const db = statementBuilder<MemoryTables>(dialect.name)
  const reached = reachedIn(dialect)
  const { flag, depth } = paramsOf(dialect)
  const distance = dialect.least(sql`a.distance`, sql`b.distance`)
  return {
    addEntity: compileStatement<{ id: string; name: string; now: number }>(
      db
        .insertInto('ctx_entity')
        .values({ id: param('id'), name: param('name'), created_at: param('now') })
        .onConflict((conflict) => conflict.doNothing()),
    ),
    addEdge: compileStatement<{
      src: string
      rel: string
      dst: string
      source: string | null
      now: number
    }>(
      db
        .insertInto('ctx_edge')
        .values({
          src: param('src'),
          rel: param('rel'),
          dst: param('dst'),
          source: param('source'),
          created_at: param('now'),
        })
        .onConflict((conflict) => conflict.doNothing()),
    ),
    /** The entities and their distance. */
    reach: compileStatement<Walk>(
      compilable(
        sql`${reached}
      select ctx_entity.id, ctx_entity.name from ctx_entity
      join (select id, min(distance) as distance from reached group by id) as nearest on nearest.id = ctx_entity.id
      where distance > 0 order by distance, ctx_entity.name, ctx_entity.id`,
        dialect.name,
      ),
    ),
    /** The edges that lead to what is at most `depth` away. */
    edgesWithin: compileStatement<Walk>(
      compilable(
        sql`${reached},
      nearest(id, distance) as (select id, min(distance) from reached group by id)
      select src, rel, dst from ctx_edge
      join nearest as a on a.id = src join nearest as b on b.id = dst
      where (${flag('forwards')} and a.distance < ${depth}) or (${flag('backwards')} and b.distance < ${depth})
      order by ${distance}, src, rel, dst`,
        dialect.name,
      ),
    ),
  }
})

/** What can be reached from `start`, as `reached(id, distance)`. */
function reachedIn(dialect: MemoryDialect) {
  const { flag, depth } = paramsOf(dialect)
  return sql`with recursive reached(id, distance) as (
      select ${dialect.typed(param('start'), 'text')}, 0
      union
      select case when src = reached.id then dst else src end, distance + 1
      from reached join ctx_edge on (${flag('forwards')} and src = reached.id) or (${flag('backwards')} and dst = reached.id)
      where distance < ${depth}
    )`
}

function paramsOf(dialect: MemoryDialect) {
  return {
    flag: (name: 'forwards' | 'backwards') => dialect.typed(param(name), 'flag'),
    depth: dialect.typed(param('depth'), 'integer'),
  }
}
