/** The command was called in a way that cannot work. The program ends with status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** For `catch`: throws the refusal of an option that a package has given as a `TypeError` as misuse. */
export function throwAsMisuse(error: unknown): never {
  throw error instanceof TypeError ? new UsageError(error.message, { cause: error }) : error
}
