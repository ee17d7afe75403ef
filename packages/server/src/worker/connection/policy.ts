import type { TokenRole } from '@persql/sdk/protocol'

/** What a token may do in a database. A connection belongs to one policy, and so do all statements it keeps. */
export interface Policy {
  readonly role: TokenRole
  /** The only tables that may be touched, as {@link foldCase} has them. Absent: all but the hidden ones. */
  readonly tables?: readonly string[]
}

/** Policies with the same key allow the same. */
export function policyKey({ role, tables }: Policy): string {
  return tables ? `${role} ${JSON.stringify(tables)}` : role
}

/** A name as SQLite compares names: only the letters of ASCII have a case. */
export function foldCase(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

const HIDDEN = /^(?:sqlite)?_persql_/

/** Whether a table is the server's own, which no token may touch. Former versions named theirs without `sqlite`. */
export function isHidden(name: string): boolean {
  return HIDDEN.test(foldCase(name))
}
