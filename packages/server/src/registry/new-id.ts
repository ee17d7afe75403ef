import { randomBytes } from 'node:crypto'

/** An id that says what it is of, such as `db_4f…`. */
export function newId(prefix: string): string {
  return `${prefix}_${randomBytes(12).toString('hex')}`
}

/** A name for the file of a database. */
export function newFile(): string {
  return `${newId('data')}.sqlite`
}
