import { z } from '@hono/zod-openapi'
import type { TokenRole, WireBigInt, WireBytes } from '@persql/sdk/protocol'

/**
 * A schema for each field of a shape of the protocol. An object that `satisfies` it does not compile where either side
 * has a field that the other one lacks, or gives a field another type.
 */
export type Fields<Shape> = { readonly [Name in keyof Shape]-?: z.ZodType<Inferred<Shape[Name]>> }

/** A shape as a schema has it: a field that may be left out may be undefined too. */
export type Inferred<Shape> = Shape extends object
  ? {
      readonly [Name in keyof Shape]:
        | Inferred<Shape[Name]>
        | (object extends Pick<Shape, Name> ? undefined : never)
    }
  : Shape

/** Each of some words, under itself. */
export type Same<Word extends string> = { readonly [Each in Word]: Each }

export const role = z.enum({
  admin: 'admin',
  readwrite: 'readwrite',
  readonly: 'readonly',
} satisfies Same<TokenRole>)

export const bigint = z.strictObject({ $bigint: z.string() } satisfies Fields<WireBigInt>)
export const value = z
  .union([
    z.null(),
    z.string(),
    z.number(),
    z.boolean(),
    z.strictObject({ $bytes: z.string() } satisfies Fields<WireBytes>),
    bigint,
  ])
  .openapi('Value', {
    description: 'Blobs are base64 in $bytes, integers beyond 2^53 are decimal digits in $bigint.',
  })
