import type { Effects } from './effects.ts'
import type { Policy } from './policy.ts'
import { Refusal } from './refusal.ts'

/** Their argument is a table. */
const OF_TABLE = new Set(['table_info', 'table_xinfo', 'index_list', 'foreign_key_list'])
/** Their argument, if any, is not one that a table scope could be checked against. */
const OF_DATABASE = new Set([
  'foreign_key_check',
  'index_info',
  'index_xinfo',
  'integrity_check',
  'quick_check',
  'table_list',
])
/** Read without an argument. */
const SETTINGS = new Set([
  'application_id',
  'auto_vacuum',
  'collation_list',
  'compile_options',
  'data_version',
  'defer_foreign_keys',
  'encoding',
  'foreign_keys',
  'freelist_count',
  'function_list',
  'journal_mode',
  'module_list',
  'page_count',
  'page_size',
  'pragma_list',
  'recursive_triggers',
  'schema_version',
  'synchronous',
  'user_version',
])

/** Why a policy does not allow a pragma; nothing if it does. Reports what the pragma changes to `note`. */
export function pragmaRefusal(
  name: string,
  argument: string | null,
  { role, tables }: Policy,
  note: (effects: Partial<Effects>) => void,
): Refusal | undefined {
  const target = argument?.toLowerCase() ?? ''
  if (OF_TABLE.has(name)) {
    return tables && !tables.includes(target) ? Refusal.scope(target) : undefined
  }
  if (OF_DATABASE.has(name)) {
    return tables && Refusal.forbidden(`PRAGMA ${name} needs a token without a table scope.`)
  }
  if (SETTINGS.has(name) && argument === null) return
  if (name === 'defer_foreign_keys') {
    return role === 'readonly' ? Refusal.role('The token may only read.') : undefined
  }
  if (name === 'user_version' || name === 'application_id' || name === 'optimize') {
    if (role !== 'admin' || tables) {
      return Refusal.role(`Setting PRAGMA ${name} needs the role "admin" without a table scope.`)
    }
    note({ writes: true, changesSchema: true })
    return
  }
  return Refusal.forbidden(`PRAGMA ${name}${argument === null ? '' : ' with an argument'} is not available.`)
}
