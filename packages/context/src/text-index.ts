import { SPACELESS } from './spaceless-scripts.ts'

/** A table with its two text indexes, `…_fts` of its words and `…_chars` of its pairs of characters. */
export interface IndexedTable {
  readonly table: 'ctx_memory' | 'ctx_episode'
  readonly rowId: string
  readonly columns: readonly string[]
}

export const MEMORY: IndexedTable = {
  table: 'ctx_memory',
  rowId: 'rowid',
  columns: ['name', 'description', 'body'],
}

export const EPISODE: IndexedTable = { table: 'ctx_episode', rowId: 'row', columns: ['title', 'body'] }

/** How many characters of a text are cut into pairs at a time. */
const PIECE = 256
/** How many characters of a row are indexed by pairs: the time that it takes grows faster than the text. */
const MAX_CHARACTERS = 100_000
/**
 * How many segments of a level an FTS5 index has before they are merged at once (16 by default). Each search looks into
 * all of them, so that a recall after many changes takes a fifth longer with 16; to change a row takes a tenth longer
 * with 4.
 */
const MAX_SEGMENTS = 4

/**
 * Makes the indexes of a table, and the triggers that keep them in step with it, whoever writes to it. The table
 * `…_fts` and its triggers are those of the documented layout.
 */
export function createTextIndex({ table, rowId, columns }: IndexedTable): string[] {
  const fts = `${table}_fts`
  const chars = `${table}_chars`
  const values = (row: string) => [rowId, ...columns].map((column) => `${row}.${column}`).join(', ')
  const add = `insert into ${fts}(rowid, ${columns.join(', ')}) values (${values('new')});`
  const remove = `insert into ${fts}(${fts}, rowid, ${columns.join(', ')}) values ('delete', ${values('old')});`
  const addPairs = `insert into ${chars}(rowid, text) select new.${rowId}, (${pairsOf(joined(columns, 'new'))})`
  const removePairs = `delete from ${chars} where rowid = old.${rowId}`
  const isSpaceless = (row: string) => hasSpacelessIn(columns, row)
  const changed = `update of ${columns.join(', ')} on ${table}`
  const boundSegments = (index: string) =>
    `insert into ${index}(${index}, rank) select 'crisismerge', ${MAX_SEGMENTS} where not exists (select 1 from ${index}_config where k = 'crisismerge')`

  return [
    `create virtual table if not exists ${fts} using fts5(${columns.join(', ')}, content='${table}', content_rowid='${rowId}', tokenize='porter unicode61')`,
    boundSegments(fts),
    `create trigger if not exists ${table}_ai after insert on ${table} begin ${add} end`,
    `create trigger if not exists ${table}_ad after delete on ${table} begin ${remove} end`,
    `create trigger if not exists ${table}_au after update on ${table} begin ${remove} ${add} end`,
    `create virtual table if not exists ${chars} using fts5(text, content='', contentless_delete=1, tokenize='porter unicode61')`,
    boundSegments(chars),
    `create trigger if not exists ${chars}_ai after insert on ${table} when ${isSpaceless('new')} begin ${addPairs}; end`,
    `create trigger if not exists ${chars}_ad after delete on ${table} when ${isSpaceless('old')} begin ${removePairs}; end`,
    `create trigger if not exists ${chars}_au after ${changed} when ${isSpaceless('old')} or ${isSpaceless('new')} begin ${removePairs}; ${addPairs} where ${isSpaceless('new')}; end`,
  ]
}

/** Fills the indexes from the rows, where the condition holds. */
export function fillTextIndex({ table, rowId, columns }: IndexedTable, condition: string): string[] {
  const fts = `${table}_fts`
  const chars = `${table}_chars`
  const text = joined(columns, table)
  return [
    `insert into ${chars}(${chars}) select 'delete-all' where ${condition}`,
    `insert into ${chars}(rowid, text) select ${rowId}, (${pairsOf(text)}) from ${table} where ${hasSpacelessIn(columns, table)} and ${condition}`,
    // Last, because it ends the difference that the others look at.
    `insert into ${fts}(${fts}) select 'rebuild' where ${condition}`,
  ]
}

/** Holds where an index lacks a row, or has one that is gone. */
export function textIndexDiffers({ table, rowId }: IndexedTable): string {
  const indexed = `${table}_fts_docsize`
  return (
    `(exists (select 1 from ${table} where ${rowId} not in (select id from ${indexed}))` +
    ` or exists (select 1 from ${indexed} where id not in (select ${rowId} from ${table})))`
  )
}

/** Such characters have three bytes or more; to count the bytes first is faster for all texts in ASCII. */
function hasSpacelessIn(columns: readonly string[], row: string): string {
  const sum = (count: string) => columns.map((column) => `${count}(${row}.${column})`).join(' + ')
  return `(${sum('octet_length')} > ${sum('length')} and ${joined(columns, row)} glob '*${SPACELESS}*')`
}

function joined(columns: readonly string[], row: string): string {
  return columns.map((column) => `${row}.${column}`).join(' || char(10) || ')
}

/**
 * The query that spaces out a text for the index of pairs, as `inPairs` does. It goes through the text piece by
 * piece, because looking up a character in a long text takes as long as the text.
 */
function pairsOf(text: string): string {
  return `with recursive
    piece(number, text, rest) as (
      select 0, substr(${text}, 1, ${PIECE + 1}), substr(${text}, ${PIECE + 1}, ${MAX_CHARACTERS - PIECE})
      union all
      select number + 1, substr(rest, 1, ${PIECE + 1}), substr(rest, ${PIECE + 1}) from piece where rest <> ''
    ),
    place(number) as (select 1 union all select number + 1 from place where number < ${PIECE}),
    pair(piece, place, first, second) as (
      select piece.number, place.number, substr(text, place.number, 1), substr(text, place.number + 1, 1)
      from piece, place where place.number <= length(text)
    )
    select group_concat(
      case
        when first not glob '${SPACELESS}' then first
        when second glob '${SPACELESS}' then ' ' || first || second || ' '
        else ' ' || first || ' '
      end, '' order by piece, place) from pair`
}
