import { PerSQLError } from '../errors/persql-error.ts'
import type { Statement } from '../sql-backend.ts'

type Params = NonNullable<Statement['params']>

/** The statement with its parameters in another form. What `convert` throws becomes `invalid_argument`. */
export function convertParams<Result>(
  { sql, params }: Statement,
  index: number,
  convert: (params: Params) => Result,
): { sql: string; params?: Result } {
  if (params === undefined) return { sql }
  try {
    return { sql, params: convert(params) }
  } catch (error) {
    throw new PerSQLError('invalid_argument', `Parameters of statement ${index}: ${(error as Error).message}`)
  }
}
