import { type RawBuilder, sql } from 'kysely'
import { isItemSql } from '../../items/item-sql.ts'
import { STRUCTURE } from '../../search/item-texts.ts'
import { likePattern, SIGNS } from '../../search/like-pattern.ts'
import { globPatterns, type Spelling } from './text-patterns.ts'

/** SQLITE_MAX_LIKE_PATTERN_LENGTH, which is for GLOB as well. */
const PATTERN_BYTES = 50_000

/** What a number may hold that is written in a row, and not as SQLite would write it. */
const IN_NUMBERS = /^[-+.\de]+$/

/** A character that is neither of ASCII nor a sign. */
const OTHERS = `*[^\u0001-\u007f${SIGNS}]*`
const OTHERS_BYTES = new TextEncoder().encode(OTHERS).length

/** `mayHold` of `SessionDialect`. */
export function sqliteMayHold(
  column: string,
  folded: string,
  patternBytes = PATTERN_BYTES,
): RawBuilder<boolean> {
  const holds = holdsWithin(folded, patternBytes)
  const row = sql.ref<string>(column)
  const escaped = (digits: string) => sql<boolean>`${row} glob ${sql.lit(`*\\u${digits}*`)}`
  const inNumber = IN_NUMBERS.test(folded) ? sql`typeof(text) <> 'text' or` : sql``
  const structure = sql.join([...STRUCTURE].map((key) => sql.lit(key)))
  // Looking into JSON costs much, so it comes last. GLOB ends at a NUL, which no row has but as an escape.
  return sql`(${holds(row)} or ${escaped('')}) and case
    when ${sql.raw(isItemSql(column))} and not ${escaped('0000')} then exists (
      with recursive texts(text, is_packed) as (
        select ${row}, 1
        union all
        select leaf.atom, leaf.type = 'text'
          and substr(ltrim(leaf.atom, ${sql.lit(' \t\n\r')}), 1, 1) in ('[', '{') and json_valid(leaf.atom)
        from texts, json_tree(case when is_packed then text end) as leaf
        where leaf.type in ('text', 'integer', 'real') and coalesce(leaf.key, '') not in (${structure})
      )
      select 1 from texts where not is_packed and (${inNumber} ${holds(sql.ref('text'))})
    )
    else true end`
}

/** Whether a text, or JSON, may hold the folded one. */
function holdsWithin(
  folded: string,
  patternBytes: number,
): (text: RawBuilder<unknown>) => RawBuilder<boolean> {
  const like = likePattern(folded, patternBytes)
  const { simple, joined } = globPatterns(folded, patternBytes)
  return (text) => {
    // Where it is too long, text with signs alone is looked at like any other beyond ASCII.
    const hasOthers = OTHERS_BYTES <= patternBytes ? sql`and ${text} glob ${sql.lit(OTHERS)}` : sql``
    const asPlain = like === undefined ? sql`` : sql`${text} like ${like} escape '!' or`
    const asJoined = joined ? sql`or ${text} glob ${joined.needed} and ${isSpelled(text, joined)}` : sql``
    return sql`(${asPlain} octet_length(${text}) > length(${text}) ${hasOthers} and (${isSpelled(text, simple)} ${asJoined}))`
  }
}

function isSpelled(text: RawBuilder<unknown>, { beginning, whole, parted }: Spelling): RawBuilder<boolean> {
  // One parameter, because engines cap their number.
  const anyPart = sql`exists (select 1 from json_each(${JSON.stringify(parted)}) as part where ${text} glob part.value)`
  const asParted = parted.length > 0 ? sql`or ${anyPart}` : sql``
  return sql`${text} glob ${beginning} and (${text} glob ${whole} ${asParted})`
}
