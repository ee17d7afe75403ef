import type { IndexedTable } from '../../layout/text-index.ts'

/**
 * How many segments of a level an FTS5 index has before they are merged at once (16 by default). Each search looks into
 * all of them, so that a recall after many changes takes a fifth longer with 16; to change a row takes a tenth longer
 * with 4.
 */
const MAX_SEGMENTS = 4

/** Another number at each time, which JSON can hold. */
const STAMP = 'random() & 9007199254740991'

/** Where the rows stand that were written and are not indexed yet. */
export const UNINDEXED = `create table if not exists ctx_unindexed (
  kind TEXT not null,
  row INTEGER not null,
  stamp INTEGER not null,
  primary key (kind, row)
) without rowid`

/**
 * Makes the index of a table, and the triggers that note which rows of it were written. They need no FTS5, so whoever
 * opens the database may write to the table.
 */
export function createTextIndex({ kind, table, columns }: IndexedTable): string[] {
  const words = `${table}_words`
  const note = (row: string, when = 'true') =>
    `delete from ctx_unindexed where kind = '${kind}' and row = ${row} and ${when};
    insert into ctx_unindexed (kind, row, stamp) select '${kind}', ${row}, ${STAMP} where ${when};`
  const trigger = (name: string, event: string, body: string) =>
    `create trigger if not exists ${words}_${name} after ${event} on ${table} begin ${body} end`
  return [
    `create virtual table if not exists ${words} using fts5(${columns.join(', ')}, content='', contentless_delete=1, tokenize="porter unicode61 remove_diacritics 0 categories 'L* M* N*'")`,
    `insert into ${words}(${words}, rank) select 'crisismerge', ${MAX_SEGMENTS} where not exists (select 1 from ${words}_config where k = 'crisismerge')`,
    trigger('ai', 'insert', note('new.rowid')),
    trigger('au', 'update', note('new.rowid') + note('old.rowid', 'old.rowid <> new.rowid')),
    trigger('ad', 'delete', note('old.rowid')),
  ]
}

/** Notes all rows as not indexed, where the condition holds. */
export function noteRows({ kind, table, rowId }: IndexedTable, condition: string): string {
  return `insert or ignore into ctx_unindexed (kind, row, stamp) select '${kind}', ${rowId}, ${STAMP} from ${table} where ${condition}`
}

/** Notes all rows and empties the index, where it lacks a row or has one that is gone. */
export function noteDifferences(indexed: IndexedTable): string[] {
  const { table, rowId } = indexed
  const words = `${table}_words`
  const differs =
    `(exists (select 1 from ${table} where ${rowId} not in (select id from ${words}_docsize))` +
    ` or exists (select 1 from ${words}_docsize where id not in (select ${rowId} from ${table})))`
  // The index last, because emptying it may end the difference.
  return [noteRows(indexed, differs), `insert into ${words}(${words}) select 'delete-all' where ${differs}`]
}

/** Drops the indexes of layout 1 and their triggers. */
export function dropFormerIndexes({ table }: IndexedTable): string[] {
  const triggers = ['ai', 'ad', 'au', 'chars_ai', 'chars_ad', 'chars_au']
  return [
    ...triggers.map((name) => `drop trigger if exists ${table}_${name}`),
    ...['fts', 'chars'].map((name) => `drop table if exists ${table}_${name}`),
  ]
}
