import { UsageError } from './usage-error.ts'

/**
 * The API token: `PERSQL_TOKEN`, or what is typed, unseen, on the terminal. Never an argument: others can read those.
 */
export async function readToken(): Promise<string> {
  const given = process.env['PERSQL_TOKEN']
  if (given) return given
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new UsageError('PERSQL_TOKEN is not set. Set it to an API token of the namespace.')
  }
  const { isCancel, password } = await import('@clack/prompts')
  const typed = await password({ message: 'API token', output: process.stderr })
  if (isCancel(typed) || !typed) throw new UsageError('No token was given.')
  process.env['PERSQL_TOKEN'] = typed
  return typed
}
