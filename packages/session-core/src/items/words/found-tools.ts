import { isFields } from '../fields.ts'

/** A tool that a search has found: some of its fields have another name in each of the words. */
const NAMES = {
  deferLoading: 'defer_loading',
  allowedCallers: 'allowed_callers',
  outputSchema: 'output_schema',
}
const REFERENCE = { functionName: 'function_name' }

export function toFoundTool(tool: unknown): unknown {
  return renamed(tool, NAMES, REFERENCE)
}

export function fromFoundTool(tool: unknown): unknown {
  return renamed(tool, swapped(NAMES), swapped(REFERENCE))
}

type Names = Readonly<Record<string, string>>

function renamed(tool: unknown, names: Names, references: Names): unknown {
  if (!isFields(tool)) return tool
  const { type, tools } = tool
  if (type === 'namespace' && Array.isArray(tools)) {
    return { ...tool, tools: tools.map((one) => renamed(one, names, references)) }
  }
  const known = type === 'function' ? names : type === 'tool_reference' ? references : {}
  return Object.fromEntries(
    Object.entries(tool).map(([key, value]) => [
      Object.hasOwn(known, key) ? (known[key] as string) : key,
      value,
    ]),
  )
}

function swapped(names: Names): Names {
  return Object.fromEntries(Object.entries(names).map(([one, other]) => [other, one]))
}
