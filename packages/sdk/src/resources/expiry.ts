import { PerSQLError } from '../errors/persql-error.ts'

/** A time as the API takes it. Throws `invalid_argument` for what is none. */
export function toIsoTime(name: string, time: Date | string): string {
  const date = new Date(time)
  if (Number.isNaN(date.getTime()))
    throw new PerSQLError('invalid_argument', `${name} must be a Date or an ISO 8601 time.`)
  return date.toISOString()
}

export interface ExpiryOptions {
  /** When it ends; a text is ISO 8601. */
  readonly expiresAt?: Date | string | undefined
}

/** The options as a request has them: the time as text, and no more than one way to say it. */
export function toExpiryFields<Options extends ExpiryOptions>(
  options: Options,
  other: keyof Options & string,
): Omit<Options, 'expiresAt'> & { expiresAt?: string } {
  const { expiresAt, ...rest } = options
  if (expiresAt === undefined) return rest
  if (options[other] !== undefined) {
    throw new PerSQLError('invalid_argument', `Give either expiresAt or ${other}, not both.`)
  }
  return { ...rest, expiresAt: toIsoTime('expiresAt', expiresAt) }
}
