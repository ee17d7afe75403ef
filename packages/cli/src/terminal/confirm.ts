import { UsageError } from '../usage-error.ts'
import { neutralise } from './neutralise.ts'

/** Asks on the terminal before something is lost. Throws where the answer is no, or where there is nobody to ask. */
export async function confirm(
  question: string,
  options: { readonly yes?: boolean | undefined },
): Promise<void> {
  if (options.yes) return
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new UsageError(`${neutralise(question)} Add --yes to confirm.`)
  }
  const { confirm: ask } = await import('@clack/prompts')
  const answer = await ask({ message: neutralise(question), initialValue: false, output: process.stderr })
  if (answer !== true) throw new Error('Nothing was changed.')
}
