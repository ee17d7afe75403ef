import { constants } from 'node:sqlite'
import type { Effects } from './effects.ts'
import { foldCase, isHidden, type Policy } from './policy.ts'
import { pragmaRefusal } from './pragma-refusal.ts'
import { Refusal } from './refusal.ts'

const { SQLITE_OK, SQLITE_DENY, SQLITE_IGNORE } = constants

type Callback = (
  action: number,
  first: string | null,
  second: string | null,
  database: string | null,
  triggerOrView: string | null,
) => number

const SCHEMA_CHANGES: ReadonlySet<number> = new Set([
  constants.SQLITE_CREATE_TABLE,
  constants.SQLITE_CREATE_INDEX,
  constants.SQLITE_CREATE_VIEW,
  constants.SQLITE_CREATE_TRIGGER,
  constants.SQLITE_CREATE_VTABLE,
  constants.SQLITE_DROP_TABLE,
  constants.SQLITE_DROP_INDEX,
  constants.SQLITE_DROP_VIEW,
  constants.SQLITE_DROP_TRIGGER,
  constants.SQLITE_DROP_VTABLE,
  constants.SQLITE_ALTER_TABLE,
  constants.SQLITE_REINDEX,
  constants.SQLITE_ANALYZE,
])
const SCHEMA_TABLES = new Set(['sqlite_master', 'sqlite_schema', 'sqlite_temp_master', 'sqlite_temp_schema'])
const FORBIDDEN_FUNCTIONS = new Set(['load_extension', 'fts3_tokenizer'])
const MODULES = new Set(['fts3', 'fts4', 'fts5', 'fts4aux', 'fts5vocab', 'rtree', 'rtree_i32', 'geopoly'])
/** A function of FTS3 and FTS4 that rewrites an index, in what SQLite takes for a statement that reads. */
const WRITING_FUNCTION = 'optimize'
/** Functions that are used like tables. A table of such a name goes before the function. */
const TABLE_FUNCTIONS = /^(json_each|json_tree|pragma_\w+)$/
/** Tables of SQLite's own that show pages and statements of everybody. */
const INTERNAL_TABLES = /^(dbstat|sqlite_dbpage|sqlite_stmt|bytecode|tables_used)$/

/**
 * Decides what a policy allows while SQLite prepares a statement. So it is SQLite's parser that finds the tables,
 * through views, triggers, subqueries, foreign keys and virtual tables, and not a reading of the text.
 */
export class Authorizer {
  readonly effects: Effects = { writes: false, changesSchema: false }
  /** Why the last statement was refused. */
  refusal: Refusal | undefined
  /** True while the server runs statements of its own. */
  ignoresPolicy = false
  /** All that the schema holds, in lower case. Read only for a policy that is not an admin's for everything. */
  tables: ReadonlySet<string> = new Set()
  /** Tables in which virtual tables keep their data; in defensive mode, only these can write there. */
  shadowTables: ReadonlySet<string> = new Set()

  readonly #policy: Policy
  readonly #scope: ReadonlySet<string> | undefined

  constructor(policy: Policy) {
    this.#policy = policy
    this.#scope = policy.tables && new Set(policy.tables)
  }

  reset(): void {
    this.refusal = undefined
    this.effects.writes = false
    this.effects.changesSchema = false
  }

  readonly callback: Callback = (action, first, second) => {
    if (this.ignoresPolicy) return SQLITE_OK
    // As for a table that is not there: who lists tables asks for the columns of whatever is in the schema.
    if (action === constants.SQLITE_PRAGMA && isHidden(second ?? '')) return SQLITE_IGNORE
    const refusal = this.#refusalOf(action, first ?? '', second)
    if (!refusal) return SQLITE_OK
    this.refusal ??= refusal
    return SQLITE_DENY
  }

  #refusalOf(action: number, first: string, second: string | null): Refusal | undefined {
    switch (action) {
      case constants.SQLITE_SELECT:
      case constants.SQLITE_RECURSIVE:
        return
      case constants.SQLITE_READ:
        return this.#refusalToRead(foldCase(first))
      case constants.SQLITE_INSERT:
      case constants.SQLITE_UPDATE:
      case constants.SQLITE_DELETE:
        return this.#refusalToWrite(foldCase(first))
      case constants.SQLITE_FUNCTION:
        return this.#refusalToCall(foldCase(second ?? ''))
      case constants.SQLITE_PRAGMA:
        return pragmaRefusal(foldCase(first), second, this.#policy, (effects) =>
          Object.assign(this.effects, effects),
        )
      case constants.SQLITE_TRANSACTION:
      case constants.SQLITE_SAVEPOINT:
        return new Refusal(
          400,
          'invalid_statement',
          'Statements cannot begin or end a transaction. Send a batch with "transaction": true.',
        )
      case constants.SQLITE_ATTACH:
      case constants.SQLITE_DETACH:
        return Refusal.forbidden('ATTACH, DETACH and VACUUM are not available.')
      default:
        if (SCHEMA_CHANGES.has(action)) return this.#refusalToChangeSchema(action, first, second ?? '')
        return Refusal.forbidden(
          'This statement is not available: it needs what only one connection would see.',
        )
    }
  }

  #refusalToCall(name: string): Refusal | undefined {
    if (FORBIDDEN_FUNCTIONS.has(name)) return Refusal.forbidden(`The function "${name}" is not available.`)
    if (name !== WRITING_FUNCTION) return
    this.effects.writes = true
    return this.#policy.role === 'readonly' ? Refusal.role('The token may only read.') : undefined
  }

  #refusalToRead(table: string): Refusal | undefined {
    if (table === 'pragma_optimize') {
      return Refusal.forbidden('"pragma_optimize" is not available, because it writes: use PRAGMA optimize.')
    }
    if (isHidden(table) || INTERNAL_TABLES.test(table)) return hiddenTable(table)
    if (TABLE_FUNCTIONS.test(table) && !this.tables.has(table)) return
    return this.#refusalOutsideScope(table)
  }

  #refusalToWrite(table: string): Refusal | undefined {
    if (isHidden(table) || INTERNAL_TABLES.test(table)) return hiddenTable(table)
    if (this.shadowTables.has(table)) return this.#refusalOutsideScope(table)
    this.effects.writes = true
    if (SCHEMA_TABLES.has(table) || table.startsWith('sqlite_stat')) return this.#refusalOfSchemaRole()
    if (this.#policy.role === 'readonly') return Refusal.role('The token may only read.')
    return this.#refusalOutsideScope(table)
  }

  #refusalToChangeSchema(action: number, first: string, second: string): Refusal | undefined {
    const refusal = this.#refusalOfSchemaRole()
    if (refusal) return refusal
    if (isHidden(first) || isHidden(second)) return hiddenTable(isHidden(first) ? first : second)
    if (action === constants.SQLITE_CREATE_VTABLE && !MODULES.has(foldCase(second))) {
      return Refusal.forbidden(`Virtual tables of the module "${second}" are not available.`)
    }
    this.effects.writes = true
    this.effects.changesSchema = true
    return
  }

  #refusalOfSchemaRole(): Refusal | undefined {
    if (this.#policy.role === 'readonly') return Refusal.role('The token may only read.')
    if (this.#policy.role === 'readwrite') return Refusal.role('Changing the schema needs the role "admin".')
    if (this.#scope) return Refusal.forbidden('A token with a table scope cannot change the schema.')
    return
  }

  #refusalOutsideScope(table: string): Refusal | undefined {
    if (!this.#scope || this.#scope.has(table)) return
    // What follows the name of the virtual table, such as "_content", holds no other underscore.
    if (this.shadowTables.has(table) && this.#scope.has(table.slice(0, table.lastIndexOf('_')))) return
    return Refusal.scope(table)
  }
}

function hiddenTable(table: string): Refusal {
  return Refusal.forbidden(`The table "${table}" belongs to the server.`)
}
