import type { SqlDialect } from '../driver/sql-driver.ts'
import { StorageError } from '../driver/storage-error.ts'

/** What stands for the dialect that a driver names. Throws `INVALID_ARGUMENT` for another one; `need` begins the text. */
export function chooseDialect<Dialect>(
  dialects: Readonly<Partial<Record<SqlDialect, Dialect>>>,
  name: SqlDialect,
  need: string,
): Dialect {
  const dialect = Object.hasOwn(dialects, name) ? dialects[name] : undefined
  if (dialect) return dialect
  const known = Object.keys(dialects)
    .map((one) => `"${one}"`)
    .join(' or ')
  throw new StorageError('INVALID_ARGUMENT', `${need} a driver of dialect ${known}; this one says "${name}".`)
}
