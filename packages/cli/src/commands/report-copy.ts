import { count } from '../terminal/format.ts'
import { neutralise } from '../terminal/neutralise.ts'
import { note, printJson, printLine } from '../terminal/print.ts'
import type { CopyResult } from '../transfer/copy-groups.ts'

const NAMED = 10

/** Prints what a copy did; with conflicts, the program ends with status 1. */
export async function reportCopy(
  result: CopyResult,
  verb: string,
  options: { readonly json?: true | undefined },
): Promise<void> {
  const { sessions, items, written, checksum, conflicts } = result
  if (options.json) {
    await printJson(result)
  } else {
    const what = `${count(sessions, 'session')} with ${count(items, 'item')}`
    const how =
      written === items
        ? ''
        : `, of which ${written === 0 ? 'all were' : `${count(items - written, 'item')} were`} there already`
    await printLine(`${verb} ${what}${how}. Verified: SHA-256 ${checksum.slice(0, 16)}…`)
  }
  if (conflicts.length === 0) return
  process.exitCode = 1
  const named = conflicts.slice(0, NAMED).map((id) => `"${neutralise(id)}"`)
  const more = conflicts.length > NAMED ? ', …' : ''
  note(
    `persql: ${count(conflicts.length, 'session')} left alone, with another history in the destination: ` +
      `${named.join(', ')}${more}. Add --overwrite to replace them.`,
  )
}
