/** The command was called in a way that cannot work. The program ends with status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
