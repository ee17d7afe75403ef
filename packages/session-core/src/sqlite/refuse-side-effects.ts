import type { SqlStatement } from '../driver.ts'
import { StorageError } from '../storage-error.ts'
import { leadingKeyword } from './leading-keyword.ts'

/** What SQLite takes for a statement that reads, or would begin to do before it finds out. */
const BEYOND: ReadonlySet<string> = new Set(['attach', 'detach', 'vacuum'])

/** They tell about the table, index or number that they are given, or about all. */
const OF_SCHEMA =
  'foreign_key_check|foreign_key_list|index_info|index_list|index_xinfo|integrity_check|quick_check|table_info|table_list|table_xinfo'
/** With an argument, most of them set something. */
const SETTINGS =
  'application_id|auto_vacuum|busy_timeout|cache_size|collation_list|compile_options|data_version|database_list|defer_foreign_keys|encoding|foreign_keys|freelist_count|function_list|journal_mode|journal_size_limit|max_page_count|mmap_size|module_list|page_count|page_size|pragma_list|query_only|recursive_triggers|schema_version|secure_delete|synchronous|temp_store|trusted_schema|user_version|wal_autocheckpoint'
const ARGUMENT = String.raw`\(\s*(?:[\w$]+|"[^"]*"|'[^']*')\s*\)`
const TELLS = new RegExp(
  String.raw`^[\s;]*pragma\s+(?:\w+\s*\.\s*)?(?:(?:${OF_SCHEMA})(?:\s*${ARGUMENT})?|(?:${SETTINGS}))[\s;]*$`,
  'i',
)

/** It takes an address, so what it is given could be run. SQL has no other way to write a name. */
const ADDRESS = /fts3_tokenizer/i

/** The texts that were found to be harmless, so that those that come again and again cost nothing. */
const known = new Set<string>()
const CAPACITY = 256

/**
 * Throws `READ_ONLY` for what no batch can hold that only reads, and what SQLite does not refuse as writing: pragmas
 * that set something, which they do as soon as they are prepared, and statements that reach other files.
 */
export function refuseSideEffects(statements: readonly SqlStatement[]): void {
  for (let index = 0; index < statements.length; index++) {
    const { sql } = statements[index]!
    if (known.has(sql)) continue
    const what = sideEffect(sql)
    if (what !== undefined) {
      throw new StorageError(
        'READ_ONLY',
        `The batch was declared as one that only reads, but statement ${index} has ${what}.`,
        { statementIndex: index },
      )
    }
    if (known.size >= CAPACITY) known.clear()
    known.add(sql)
  }
}

function sideEffect(sql: string): string | undefined {
  if (ADDRESS.test(sql)) return 'the name of a function that takes an address. Values belong in params'
  const keyword = leadingKeyword(sql)
  if (BEYOND.has(keyword)) return keyword.toUpperCase()
  return keyword === 'pragma' && !TELLS.test(sql)
    ? 'a PRAGMA that is not known only to tell something'
    : undefined
}
