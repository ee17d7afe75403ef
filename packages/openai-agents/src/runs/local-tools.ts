import { StorageError } from '@persql/session-core'
import type { AgentsSdk, AnyAgent, FunctionTool } from '../agents-sdk.ts'
import type { Tool } from './scope.ts'

/** Something that a tool is asked to do in this process, without telling for which call. */
type LocalCall = <Result>(asked: unknown, invoke: () => Promise<Result>) => Promise<Result>

/** What came of a local call: the Agents SDK tells the model what was thrown, and goes on. */
export type Told<Result> = { readonly gave?: Result } | { readonly threw: string }

export async function told<Result>(invoke: () => Promise<Result>): Promise<Told<Result>> {
  try {
    const gave = await invoke()
    return gave === undefined ? {} : { gave }
  } catch (error) {
    return { threw: (error instanceof Error && error.message) || String(error) }
  }
}

export function resultOf<Result>(told: Told<Result>): Result {
  if ('threw' in told) throw new Error(told.threw)
  return told.gave as Result
}

const EDITS = ['createFile', 'updateFile', 'deleteFile'] as const

/** The tool, which asks `call` whenever its shell or its editor is to do something; `undefined` where it has neither. */
export function withLocalCalls(tool: Tool, call: LocalCall): Tool | undefined {
  if (tool.type === 'shell' && tool.shell !== undefined) {
    const { shell } = tool
    return copyWith(tool, 'shell', {
      run: (action: Parameters<typeof shell.run>[0]) => call(action, () => shell.run(action)),
    })
  }
  if (tool.type === 'apply_patch') {
    const { editor } = tool
    const edits = EDITS.map((name) => [
      name,
      (operation: never, context: never) => call(operation, async () => editor[name](operation, context)),
    ])
    return copyWith(tool, 'editor', Object.fromEntries(edits))
  }
  return undefined
}

/** A search for tools in this process, which finds what `part` makes of them; `undefined` where it is none. */
export function withFoundTools(
  tool: Tool,
  sdk: AgentsSdk,
  part: (tool: FunctionTool) => FunctionTool,
): Tool | undefined {
  if (tool.type !== 'hosted_tool') return undefined
  const find = sdk.getClientToolSearchExecutor?.(tool)
  if (!find) return undefined
  return sdk.attachClientToolSearchExecutor(copyOf(tool), async (asked) => {
    const found = [(await find(asked)) ?? []].flat()
    return found.map((one) => (one.type === 'function' ? part(one) : one))
  })
}

function copyWith(tool: Tool, property: string, value: unknown): Tool {
  return Object.defineProperty(copyOf(tool), property, { value, enumerable: true })
}

function copyOf<Copied extends Tool>(tool: Copied): Copied {
  return Object.create(Object.getPrototypeOf(tool), Object.getOwnPropertyDescriptors(tool))
}

/** Throws where what a tool gave is worth nothing to the process that goes on. */
export function refuseComputer(tool: { readonly type: string; readonly name: string }): void {
  if (tool.type !== 'computer') return
  throw new StorageError(
    'INVALID_ARGUMENT',
    `The tool "${tool.name}" is a computer: a process that goes on has not the screen that the last one left, so that ` +
      'its calls cannot be recorded. Make it a function tool that finds its screen again, or use `run` of the Agents SDK.',
  )
}

/** Throws where an agent that is known before the run begins has a tool that cannot be recorded. */
export function refuseComputers(agent: AnyAgent, seen = new Set<AnyAgent>()): void {
  if (seen.has(agent)) return
  seen.add(agent)
  for (const tool of agent.tools ?? []) refuseComputer(tool)
  for (const next of agent.handoffs ?? []) refuseComputers('agent' in next ? next.agent : next, seen)
}
