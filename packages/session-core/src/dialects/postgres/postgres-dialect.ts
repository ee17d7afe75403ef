import { sql } from 'kysely'
import { likePattern, SIGNS } from '../../search/like-pattern.ts'
import type { SessionDialect } from '../session-dialect.ts'
import { statementBuilder } from '../statement-builder.ts'
import { makeMissing, postgresLayout } from './postgres-layout.ts'
import { postgresMarks } from './postgres-marks.ts'
import { postgresSearchIndex } from './postgres-search-index.ts'

/** Enough to tell rows apart. */
const PATTERN_BYTES = 1000

/** A character that is neither of ASCII nor a sign. */
const OTHERS = sql.lit(`[^\\u0001-\\u007f${SIGNS}]`)

const TYPES = { text: 'text', integer: 'bigint', time: 'timestamp' } as const

// Not the time at which the transaction began: a change that waited for another one must come after it.
const NOW = sql<string>`clock_timestamp() at time zone 'UTC'`

export const postgresDialect: SessionDialect = {
  name: 'postgres',
  builder: () => statementBuilder('postgres'),
  hasSchemas: true,
  layout: postgresLayout,
  makeApart: makeMissing,
  marks: postgresMarks,
  searchIndex: postgresSearchIndex,
  locksRows: true,
  readsByRange: true,
  // Only the list is read as JSON. What its texts hold may be JSON that PostgreSQL refuses, such as a `\\u0000`.
  listed: (array, of) =>
    sql`(select value, ordinality as key from ${sql.raw(
      of === 'texts' ? 'json_array_elements_text' : 'json_array_elements',
    )}(cast(${array} as json)) with ordinality)`,
  element: (column, index) => sql`(${sql.ref(column)} ->> ${sql.lit(index)})`,
  typed: (value, type) => sql`cast(${value} as ${sql.raw(TYPES[type])})`,
  now: NOW,
  // In a query of its own, so that all rows of a statement get one time.
  rowTime: (newest) => sql`(select greatest(${NOW}, ${newest}))`,
  ascending: (time, key) => sql`max(${time}) over (order by ${sql.ref(key)})`,
  timeText: (column) => sql`cast(${sql.ref(column)} as text)`,
  asText: (value) => sql`cast(${value} as text) collate "C"`,
  byteLength: (text) => sql`octet_length(${text})`,
  // Characters that are written otherwise than they are searched are beyond ASCII and signs, or escaped. LIKE looks for
  // an escape in a third of the time of strpos().
  mayHold: (column, folded, patternBytes = PATTERN_BYTES) => {
    const text = sql.ref<string>(column)
    const pattern = likePattern(folded, patternBytes)
    const isSpelled =
      pattern === undefined ? sql`false` : sql`lower(${text} collate "C") like ${pattern} escape '!'`
    return sql`(${isSpelled} or octet_length(${text}) > char_length(${text}) and ${text} ~ ${OTHERS} or ${text} like '%\\u%' escape '!')`
  },
  rawData: {
    storage: () => sql`'text'`,
    bytes: (text) => sql`convert_to(${text}, 'UTF8')`,
  },
}
