import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { compilable } from '../src/dialects/compilable.ts'
import { IS_LARGE } from '../src/dialects/sqlite/fts-hits.ts'

const { sql: isLarge } = compilable(IS_LARGE).compile()
const FILL = `with recursive n (i) as (select 1 union all select i + 1 from n where i < ?)
  insert into words select 'word' from n`

test.each([0, 1, 127, 128, 2047, 2048, 16_383, 16_384])(
  'knows whether an index of %i rows is large',
  (rows) => {
    const database = new DatabaseSync(':memory:')
    database.exec('create virtual table words using fts5(text)')
    if (rows > 0) database.prepare(FILL).run(rows)
    const { large } = database
      .prepare(`select ${isLarge} as large from words_data where id = 1`)
      .get() as never
    expect(Boolean(large)).toBe(rows >= 2048)
  },
)
