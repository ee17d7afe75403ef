import fc from 'fast-check'

/** A database file, and its write-ahead log where it has one. */
export interface DatabaseBytes {
  readonly db: Buffer
  readonly wal?: Buffer | undefined
}

/** One thing that happens to the bytes. Places are shares of the length, from 0 to 1. */
export type Damage =
  | { readonly kind: 'flip'; readonly part: 'db' | 'wal'; readonly at: number; readonly xor: number }
  | { readonly kind: 'fill'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'swap'; readonly one: number; readonly other: number }
  | { readonly kind: 'copy page'; readonly one: number; readonly other: number }
  | { readonly kind: 'cut'; readonly part: 'db' | 'wal'; readonly at: number }
  | { readonly kind: 'header'; readonly at: number; readonly bytes: Uint8Array }

const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })
const part = fc.constantFrom('db' as const, 'wal' as const)
const few = fc.uint8Array({ minLength: 1, maxLength: 4 })

/** Fields of the header that say how all the rest is read, https://sqlite.org/fileformat.html */
const FIELDS = [
  0, 16, 17, 18, 19, 20, 21, 22, 23, 24, 28, 30, 32, 36, 40, 44, 47, 48, 52, 56, 59, 60, 64, 68, 92, 96,
]

export const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), part, at: share, xor: fc.integer({ min: 1, max: 255 }) }),
  fc.record({
    kind: fc.constant('fill' as const),
    at: share,
    bytes: fc.oneof(fc.constantFrom(new Uint8Array([0]), new Uint8Array([255])), few),
  }),
  fc.record({ kind: fc.constant('swap' as const), one: share, other: share }),
  fc.record({ kind: fc.constant('copy page' as const), one: share, other: share }),
  fc.record({ kind: fc.constant('cut' as const), part, at: share }),
  fc.record({ kind: fc.constant('header' as const), at: fc.constantFrom(...FIELDS), bytes: few }),
  // The b-tree header of the first page, and the cells of the schema.
  fc.record({ kind: fc.constant('header' as const), at: fc.integer({ min: 100, max: 140 }), bytes: few }),
)

/** A copy with the damage done. */
export function damaged(bytes: DatabaseBytes, pageSize: number, all: readonly Damage[]): DatabaseBytes {
  let db = Buffer.from(bytes.db)
  let wal = bytes.wal && Buffer.from(bytes.wal)
  const pageAt = (at: number) => Math.floor((at * db.length) / pageSize) * pageSize
  for (const one of all) {
    switch (one.kind) {
      case 'flip': {
        const target = one.part === 'wal' && wal ? wal : db
        const at = Math.floor(one.at * target.length)
        target[at] = (target[at] ?? 0) ^ one.xor
        break
      }
      case 'fill':
        if (db.length > 0) db.fill(one.bytes, pageAt(one.at), Math.min(pageAt(one.at) + pageSize, db.length))
        break
      case 'swap':
      case 'copy page': {
        const [from, to] = [pageAt(one.one), pageAt(one.other)]
        const kept = Buffer.from(db.subarray(to, to + pageSize))
        db.copy(db, to, from, from + pageSize)
        if (one.kind === 'swap') kept.copy(db, from)
        break
      }
      case 'cut': {
        const isLog = one.part === 'wal' && wal !== undefined
        if (isLog) wal = wal?.subarray(0, Math.floor(one.at * wal.length))
        else db = db.subarray(0, Math.floor(one.at * db.length))
        break
      }
      case 'header':
        db.set(one.bytes.subarray(0, Math.max(0, db.length - one.at)), Math.min(one.at, db.length))
        break
    }
  }
  return { db, wal }
}
