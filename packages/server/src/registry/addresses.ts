import { isSlug } from '@persql/sdk/protocol'
import { newId } from './new-id.ts'
import type { Statements } from './statements.ts'

/** What the addresses of a namespace stand for: a slug, or `parent.ref`. What one has stood for, it stands for ever. */
export class Addresses {
  readonly #statements: Statements

  constructor(statements: Statements) {
    this.#statements = statements
  }

  /** What an address without a dot stands for, or once stood for. */
  meaningOf(namespaceId: string, address: string): string | undefined {
    const sql = 'select meaning from addresses where namespace_id = ? and address = ?'
    return this.#statements.get<{ meaning: string }>(sql, namespaceId, address)?.meaning
  }

  /** Whether the address has this meaning, from now on if it had none. */
  claim(namespaceId: string, address: string, meaning: string): boolean {
    const sql = 'insert or ignore into addresses (namespace_id, address, meaning) values (?, ?, ?)'
    this.#statements.run(sql, namespaceId, address, meaning)
    return this.meaningOf(namespaceId, address) === meaning
  }

  /** The slug of a branch: the one that it had before, if it had one. */
  slugOfBranch(
    { namespaceId, slug: parent }: { readonly namespaceId: string; readonly slug: string },
    ref: string,
  ): string {
    const meaning = `${parent}.${ref}`
    // With a dot in it, the address would be one of a branch of another parent.
    if (!ref.includes('.')) this.claim(namespaceId, `${parent}-${ref}`, meaning)
    const known = this.#statements
      .all<{ address: string }>(
        'select address from addresses where namespace_id = ? and meaning = ?',
        namespaceId,
        meaning,
      )
      .find(({ address }) => isSlug(address))
    if (known) return known.address
    const text = `${parent}-${ref.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`
    const slug = `${text.slice(0, 50).replace(/-$/, '')}-${newId('b').slice(-10)}`
    this.claim(namespaceId, slug, meaning)
    return slug
  }
}
