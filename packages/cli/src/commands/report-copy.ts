import { count } from '../terminal/format.ts'
import { neutralise } from '../terminal/neutralise.ts'
import { note, printJson, printLine } from '../terminal/print.ts'
import type { CopyResult } from '../transfer/copy-groups.ts'
import type { CopiedMemory } from '../transfer/copy-memory.ts'
import type { CopiedUsage } from '../transfer/copy-usage.ts'
import type { LeftBehind } from '../transfer/count-left-behind.ts'

const NAMED = 10

interface Report extends CopyResult {
  readonly usage?: CopiedUsage | undefined
  readonly memory?: CopiedMemory | undefined
  readonly leftBehind?: LeftBehind | undefined
}

/** Prints what a copy did; with conflicts, the program ends with status 1. */
export async function reportCopy(
  result: Report,
  verb: string,
  options: { readonly json?: true | undefined },
): Promise<void> {
  const { sessions, items, written, checksum, conflicts, usage, memory, leftBehind } = result
  if (options.json) {
    await printJson(result)
  } else {
    const what = `${count(sessions, 'session')} with ${count(items, 'item')}`
    const there = written === items ? '' : thereAlready(items - written, written, 'item')
    await printLine(`${verb} ${what}${there}. Verified: SHA-256 ${shortened(checksum)}`)
    if (usage) await printLine(`${verb} what ${count(usage.requests, 'request')} used${usageThere(usage)}.`)
    if (memory) await printLine(memoryLine(memory, verb))
  }
  noteConflicts(
    count(conflicts.length, 'session'),
    'with another history in the destination',
    conflicts.map((id) => `"${neutralise(id)}"`),
  )
  const others = memory?.conflicts ?? []
  noteConflicts(
    countMemories(others.length),
    'with something else, or something newer, in the destination',
    others.map(({ kind, name }) => `${kind} "${neutralise(name)}"`),
  )
  if (leftBehind) noteLeftBehind(leftBehind)
}

function thereAlready(there: number, written: number, noun: string): string {
  return `, of which ${written === 0 ? 'all were' : `${count(there, noun)} were`} there already`
}

const countMemories = (memories: number) =>
  memories === 1 ? '1 memory' : `${memories.toLocaleString('en')} memories`

const shortened = (checksum: string) => `${checksum.slice(0, 16)}…`

const usageThere = ({ requests, written }: CopiedUsage) =>
  written === requests ? '' : thereAlready(requests - written, written, 'request')

function memoryLine(
  { facts, episodes, links, working, written, checksum }: CopiedMemory,
  verb: string,
): string {
  const what = [count(facts, 'fact'), count(episodes, 'episode'), count(links, 'link')].join(', ')
  const all = facts + episodes + links + working
  const there =
    written === all
      ? ''
      : `, of which ${written === 0 ? 'all' : (all - written).toLocaleString('en')} were there already`
  return `${verb} ${what} and ${count(working, 'key')} of working memory${there}. Verified: SHA-256 ${shortened(checksum)}`
}

function noteConflicts(what: string, why: string, names: readonly string[]): void {
  if (names.length === 0) return
  process.exitCode = 1
  const more = names.length > NAMED ? ', …' : ''
  note(
    `persql: ${what} left alone, ${why}: ${names.slice(0, NAMED).join(', ')}${more}. Add --overwrite to replace them.`,
  )
}

function noteLeftBehind({ memories, runs }: LeftBehind): void {
  const what = [
    ...(memories === undefined ? [] : [countMemories(memories)]),
    ...(runs === undefined ? [] : [count(runs, 'run')]),
  ]
  note(`persql: Left behind: ${what.join(', ')}.`)
}
