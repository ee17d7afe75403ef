import { contentParts, dataPart, saying, textPart } from './content-parts.ts'
import { type Fields, fieldsOf, firstText, isFields, textOf } from './fields.ts'
import { toMedia } from './media-part.ts'
import type { Part } from './part.ts'

interface Parts {
  readonly asked: readonly Part[]
  readonly said: readonly Part[]
}

/** What a call asks and what a result, or a call that holds its own, answers. `type` is the tool's own. */
export function readTool(type: string, fields: Fields): Parts {
  const read = Object.hasOwn(READERS, type) ? READERS[type] : undefined
  const { asked = [], said = [] } = (read ?? readAny)(fields)
  const failed = errorParts(fields['error'])
  if (asked.length + said.length + failed.length > 0) return { asked, said: [...said, ...failed] }
  const rest = Object.entries(saying(fields)).filter(([, value]) => isFilled(value))
  return { asked, said: rest.length > 0 ? [dataPart(Object.fromEntries(rest))] : [] }
}

/** The fields that say what a tool of any name is given, and what it gives. */
const ASKED = ['arguments', 'input', 'code', 'action', 'operation', 'query', 'queries'] as const
const SAID = ['output', 'outputs', 'result', 'results', 'tools'] as const

function readAny(fields: Fields): Partial<Parts> {
  return {
    asked: ASKED.flatMap((field) => givenParts(fields[field])),
    said: SAID.flatMap((field) => contentParts(fields[field])),
  }
}

const READERS: Readonly<Record<string, (fields: Fields) => Partial<Parts>>> = {
  program: ({ code }) => ({ asked: codeParts(code) }),
  program_output: ({ output, result }) => ({ said: contentParts(output ?? result) }),
  shell_call: ({ action }) => ({ asked: givenParts(isFields(action) ? withoutNulls(action) : action) }),
  shell_call_output: ({ output }) => ({ said: shellParts(output) }),
  apply_patch_call: ({ operation }) => ({ asked: patchParts(operation) }),
  computer_call: (fields) => ({ asked: computerParts(fields) }),
  tool_search_output: ({ tools }) => ({ said: isFilled(tools) ? [dataPart(tools)] : [] }),
  code_interpreter_call: ({ code, outputs, output }) => ({
    asked: codeParts(code),
    said: [...listOf(outputs).map(interpreterPart), ...contentParts(output)],
  }),
  file_search_call: ({ arguments: given, queries, results, output }) => ({
    asked: [...givenParts(given), ...listOf(queries).map((query) => oneOf(query))],
    said: [...listOf(results).map(searchResult), ...contentParts(output)],
  }),
  image_generation_call: (fields) => ({
    asked: [...givenParts(fields['arguments']), ...givenParts(fields['revised_prompt'])],
    said: imageParts(fields),
  }),
  mcp_list_tools: ({ tools, output }) => ({
    said: [...listOf(tools).map((tool) => oneOf(fieldsOf(tool)['name'] ?? tool)), ...contentParts(output)],
  }),
  mcp_approval_request: (fields) => {
    const { arguments: given, server_label: server } = fields
    const asked = given === undefined ? [dataPart(saying(fields))] : givenParts(given)
    return { asked: typeof server === 'string' ? [...asked, textPart(server, 'server')] : asked }
  },
  mcp_approval_response: ({ approve, reason }) => ({
    said: [
      { kind: 'text', text: approve === true ? 'approved' : 'rejected' },
      ...(typeof reason === 'string' ? [textPart(reason, 'reason')] : []),
    ],
  }),
}

/** Text stays text, and may be JSON; anything else is data. */
function givenParts(given: unknown): Part[] {
  if (!isFilled(given)) return []
  return [oneOf(given)]
}

function oneOf(value: unknown): Part {
  return typeof value === 'string' ? textPart(value) : dataPart(value)
}

function withoutNulls(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))
}

function codeParts(code: unknown): Part[] {
  if (typeof code === 'string') return code === '' ? [] : [{ kind: 'code', text: code }]
  return givenParts(code)
}

function shellParts(output: unknown): Part[] {
  if (!Array.isArray(output)) return contentParts(output)
  return output.flatMap((entry): Part[] => {
    const { stdout, stderr, outcome } = fieldsOf(entry)
    if (typeof stdout !== 'string' && typeof stderr !== 'string') return contentParts(entry)
    const { type, exitCode, exit_code: otherCode } = fieldsOf(outcome)
    const code = exitCode ?? otherCode
    const end =
      type === 'timeout' ? 'timed out' : typeof code === 'number' && code !== 0 ? `exit code ${code}` : ''
    return [
      ...(typeof stdout === 'string' && stdout !== '' ? [textPart(stdout)] : []),
      ...(typeof stderr === 'string' && stderr !== '' ? [textPart(stderr, 'stderr')] : []),
      ...(end === '' ? [] : [textPart(end)]),
    ]
  })
}

function patchParts(operation: unknown): Part[] {
  if (!isFields(operation) || typeof operation['path'] !== 'string') return givenParts(operation)
  const { type, path, diff } = operation
  const moved = firstText(operation['moveTo'], operation['move_to'])
  const what = `${(textOf(type) ?? 'change').replaceAll('_', ' ')} ${path}${moved === undefined ? '' : ` → ${moved}`}`
  return [{ kind: 'text', text: what }, ...codeParts(diff)]
}

function computerParts(fields: Fields): Part[] {
  const { actions, action, pending_safety_checks: pending } = fields
  const checks = pending ?? fieldsOf(fields['providerData'])['pending_safety_checks']
  const given = Array.isArray(actions) && actions.length > 0 ? actions : isFilled(action) ? [action] : []
  return [
    ...given.map((one) => dataPart(one)),
    ...(isFilled(checks) ? [dataPart(checks, 'pending safety checks')] : []),
  ]
}

function interpreterPart(output: unknown): Part {
  const { type, logs, url } = fieldsOf(output)
  if (type === 'logs' && typeof logs === 'string') return textPart(logs)
  return type === 'image' && typeof url === 'string' ? toMedia('image', url) : dataPart(output)
}

function searchResult(result: unknown): Part {
  const { filename, file_id: id, fileId, score, text } = fieldsOf(result)
  const name = firstText(filename, id, fileId)
  if (name === undefined || typeof text !== 'string') return oneOf(result)
  return { kind: 'text', text, label: typeof score === 'number' ? `${name} (${score.toFixed(2)})` : name }
}

function imageParts({ output, result, output_format: format }: Fields): Part[] {
  const image = firstText(output, result)
  if (image === undefined || image === '') return contentParts(output ?? result)
  return [toMedia('image', image, typeof format === 'string' ? `image/${format}` : undefined)]
}

function errorParts(error: unknown): Part[] {
  if (!isFilled(error)) return []
  return [typeof error === 'string' ? textPart(error, 'error') : dataPart(error, 'error')]
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : isFilled(value) ? [value] : []
}

function isFilled(value: unknown): boolean {
  return (
    value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)
  )
}
