/**
 * Words are taken from the rarest on, as long as the rows that have them are no more than these. The others are
 * frequent words: each counts 1 in the rows so chosen, and they choose only rows that have all of them, at most this
 * many, the newest first. So the time of a recall hardly grows with the number of memories.
 */
export const MAX_RANKED = 1000

/** The beginning of a word is looked for where fewer rows have the word itself. */
export const BEGINNING_IF_FEWER_THAN = 10
/** How much a beginning counts. */
export const BEGINNING_WEIGHT = 0.5

/** BM25 with the constants that SQLite has, https://sqlite.org/fts5.html#the_bm25_function */
export const K1 = 1.2
export const B = 0.75
