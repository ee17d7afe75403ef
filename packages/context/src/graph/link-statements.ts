import { compileStatement, param, statementBuilder } from '@persql/session-core'
import { sql } from 'kysely'
import { perDialect } from '../dialects/per-dialect.ts'
import type { MemoryTables } from '../layout/memory-tables.ts'

type Edge = { src: string; rel: string; dst: string }

/** The statements for links as people list and delete them; compiled once. */
export const linkStatements = perDialect((dialect) => {
  const db = statementBuilder<MemoryTables>(dialect.name)
  const entity = dialect.typed(param('entity'), 'text')
  return {
    /** The links of one entity, or all where it is null, the latest first. */
    list: compileStatement<{ entity: string | null; limit: number }>(
      db
        .selectFrom('ctx_edge as edge')
        .innerJoin('ctx_entity as a', 'a.id', 'edge.src')
        .innerJoin('ctx_entity as b', 'b.id', 'edge.dst')
        .select(['a.id as src', 'a.name as src_name', 'edge.rel', 'b.id as dst', 'b.name as dst_name'])
        .select(['edge.source', 'edge.created_at'])
        .where(sql<boolean>`(${entity} is null or ${entity} in (edge.src, edge.dst))`)
        .orderBy('edge.created_at', 'desc')
        .orderBy('edge.src')
        .orderBy('edge.rel')
        .orderBy('edge.dst')
        .limit(param<number>('limit')),
    ),
    delete: compileStatement<Edge>(
      db
        .deleteFrom('ctx_edge')
        .where('src', '=', param<string>('src'))
        .where('rel', '=', param<string>('rel'))
        .where('dst', '=', param<string>('dst'))
        .returning('rel'),
    ),
    /** Deletes an entity that no link has any more. */
    deleteUnlinked: compileStatement<{ id: string }>(
      db
        .deleteFrom('ctx_entity')
        .where('id', '=', param<string>('id'))
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('ctx_edge')
                .select('rel')
                .where(({ eb, or }) =>
                  or([eb('src', '=', param<string>('id')), eb('dst', '=', param<string>('id'))]),
                ),
            ),
          ),
        ),
    ),
  }
})
