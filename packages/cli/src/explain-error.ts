import { isStorageError, type SqlDriver, StorageError } from '@persql/session-core'
import { missingParts, type SessionTablesOf } from './missing-parts.ts'

const NAMED = 2

interface Named {
  /** What people call the database. */
  readonly name: string
  /** The option by which it was named. */
  readonly option: string
  readonly isRemote: boolean
}

/** The driver, whose errors about the file say which one, and what to do. */
export function explainedDriver(driver: SqlDriver, named: Named): SqlDriver {
  if (named.isRemote) return driver
  return {
    ...driver,
    batch: (statements, options) =>
      driver.batch(statements, options).catch((error: unknown) => {
        const message = isStorageError(error) ? explain(error, named) : undefined
        if (!isStorageError(error) || message === undefined) throw error
        const { code, cause, statementIndex } = error
        throw new StorageError(code, message, { cause: cause ?? error, statementIndex })
      }),
  }
}

function explain({ code, message }: StorageError, { name, option }: Named): string | undefined {
  if (code === 'NOT_A_DATABASE' && /not a(n SQLite)? database/.test(message)) {
    return `"${name}" is not an SQLite database, or its beginning is damaged.`
  }
  if (code === 'NOT_A_DATABASE' || /malformed|disk I\/O error/.test(message)) {
    return `"${name}" is damaged. To see what can be saved: persql doctor${option}`
  }
  if (code === 'BUSY') {
    return `"${name}" is locked: another program is writing to it. Try again when it is done, or end it.`
  }
  if (code === 'FULL') return `There is no room for "${name}". Free some, and try again.`
  if (/attempt to write|unable to open database file$/.test(message)) {
    return `"${name}" may not be written by this user, or is in a folder that may not.`
  }
  return undefined
}

interface ExplainedDatabase extends SessionTablesOf {
  readonly name: string
}

/** What is wrong with the session tables, where that is the reason of the error; otherwise the error. */
export async function explainTables(database: ExplainedDatabase, error: unknown): Promise<unknown> {
  if (!isStorageError(error)) return error
  const { code, message } = error
  const isAboutTables = code === 'NO_SUCH_TABLE' || /no such column|no column named|\bviews?\b/.test(message)
  if (!isAboutTables) return error
  return (await tablesError(database, error).catch(() => undefined)) ?? error
}

/** Throws where the session tables are not there, for work that would not notice. */
export async function refuseMissingTables(database: ExplainedDatabase): Promise<void> {
  const error = await tablesError(database)
  if (error) throw error
}

async function tablesError(database: ExplainedDatabase, cause?: unknown): Promise<Error | undefined> {
  const { missing, isEmpty } = await missingParts(database)
  if (missing.length === 0) return undefined
  const hint = isEmpty
    ? 'The first item of a session makes them.'
    : 'If the tables have other names: --sessions-table, --messages-table.'
  return new Error(`"${database.name}" has no ${listed(missing)}. ${hint}`, { cause })
}

/** The same groups, rows or lines; an error that ends them says what is wrong with the tables that they come from. */
export async function* explainReading<Part>(
  database: ExplainedDatabase,
  parts: AsyncIterable<Part>,
): AsyncGenerator<Part> {
  try {
    yield* parts
  } catch (error) {
    throw await explainTables(database, error)
  }
}

function listed(parts: readonly string[]): string {
  if (parts.length > NAMED) return `${parts.slice(0, NAMED).join(', ')} and ${parts.length - NAMED} others`
  return parts.join(' and no ')
}
