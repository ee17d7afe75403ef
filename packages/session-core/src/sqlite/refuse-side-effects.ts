import type { SqlStatement } from '../driver/sql-driver.ts'
import { leadingKeyword } from '../driver/sql-text.ts'
import { StorageError } from '../driver/storage-error.ts'

const BEYOND: ReadonlySet<string> = new Set(['attach', 'detach', 'vacuum'])

/** They tell about the table, index or number that they are given, or about all. */
const OF_SCHEMA =
  'foreign_key_check|foreign_key_list|index_info|index_list|index_xinfo|integrity_check|quick_check|table_info|table_list|table_xinfo'
/** With an argument, most of them set something. */
const SETTINGS =
  'application_id|auto_vacuum|busy_timeout|cache_size|collation_list|compile_options|data_version|database_list|defer_foreign_keys|encoding|foreign_keys|freelist_count|function_list|journal_mode|journal_size_limit|max_page_count|mmap_size|module_list|page_count|page_size|pragma_list|query_only|recursive_triggers|schema_version|secure_delete|synchronous|temp_store|trusted_schema|user_version|wal_autocheckpoint'
const ARGUMENT = String.raw`\(\s*(?:[\w$]+|"(?:[^"]|"")*"|'(?:[^']|'')*')\s*\)`
const TELLS = new RegExp(
  String.raw`^[\s;]*pragma\s+(?:\w+\s*\.\s*)?(?:(?:${OF_SCHEMA})(?:\s*${ARGUMENT})?|(?:${SETTINGS}))[\s;]*$`,
  'i',
)

/** It takes an address, so what it is given could be run. SQL has no other way to write a name. */
const TAKES_ADDRESS = /fts3_tokenizer/i

/** Texts without side effects, so that those that come again and again cost nothing. */
const known = new Set<string>()
const CAPACITY = 256

/**
 * Throws `READ_ONLY` for what no batch can hold that only reads, and what SQLite does not refuse as writing; see
 * {@link sideEffectOf}.
 */
export function refuseSideEffects(statements: readonly SqlStatement[]): void {
  for (let index = 0; index < statements.length; index++) {
    const { sql } = statements[index]!
    if (known.has(sql)) continue
    const sideEffect = sideEffectOf(sql)
    if (sideEffect !== undefined) {
      throw new StorageError(
        'READ_ONLY',
        `Statement ${index}: ${sideEffect} is not available in a batch that was declared as one that only reads.`,
        { statementIndex: index },
      )
    }
    if (known.size >= CAPACITY) known.clear()
    known.add(sql)
  }
}

/**
 * What a statement does beside reading and writing rows: `ATTACH`, `DETACH` or `VACUUM`, which reach other files;
 * `PRAGMA`, where it may set something, which it does as soon as it is prepared; `FTS3_TOKENIZER`.
 */
export function sideEffectOf(sql: string): string | undefined {
  if (TAKES_ADDRESS.test(sql)) return 'FTS3_TOKENIZER'
  const keyword = leadingKeyword(sql)
  if (BEYOND.has(keyword) || (keyword === 'pragma' && !TELLS.test(sql))) return keyword.toUpperCase()
  return
}
