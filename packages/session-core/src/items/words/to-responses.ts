import { type Fields, fieldsOf, isFields } from '../fields.ts'
import { HOSTED, HOSTED_CALLS } from '../tool-types.ts'
import { toFoundTool } from './found-tools.ts'
import { toInputParts, toOutputParts } from './message-parts.ts'
import { sayable, toRest } from './provider-data.ts'
import { toToolOutput } from './tool-output.ts'

/** The id that stands for none, in the SDK in TypeScript and in the one in Python. Neither sends it. */
export const NO_ID = { js: 'FAKE_ID', responses: '__fake_id__' }

/** The item in the words of the Responses API, as far as they can say it. What they have no words for is left as it is. */
export function toResponses(item: Fields): Fields {
  const type = item['type'] ?? 'message'
  if (typeof type !== 'string' || (type === 'message' && typeof item['role'] !== 'string')) return item
  const write = Object.hasOwn(WRITERS, type) ? WRITERS[type] : undefined
  return write ? sayable(write(item)) : item
}

type Write = (item: Fields) => Fields

const WRITERS: Readonly<Record<string, Write>> = {
  message: (item) => (item['role'] === 'assistant' ? answer(item) : message(item)),
  reasoning: ({ type, id, content, providerData }) => ({
    type,
    id,
    summary: Array.isArray(content) ? content.map(summaryPart) : content,
    ...toRest(providerData, type, 'id', 'summary'),
  }),
  function_call: ({ type, id, callId, name, namespace, arguments: given, status, caller, providerData }) => ({
    type,
    id: idOf(id, providerData),
    call_id: callId,
    name,
    namespace,
    arguments: given,
    caller: toCaller(caller),
    status,
    ...toRest(providerData, type, 'id', 'call_id', 'name', 'namespace', 'arguments', 'caller', 'status'),
  }),
  function_call_result: ({ id, callId, status, output, caller, providerData }) => ({
    type: 'function_call_output',
    id: idOf(id, providerData),
    call_id: callId,
    output: toToolOutput(output),
    // The runner of the SDK in TypeScript always says so, the one in Python never.
    status: status === 'completed' ? undefined : status,
    caller: toCaller(caller),
    ...toRest(
      providerData,
      'function_call_output',
      'id',
      'call_id',
      'output',
      'status',
      'namespace',
      'caller',
    ),
  }),
  computer_call: ({ type, id, callId, status, action, actions, providerData }) => ({
    type,
    id,
    call_id: callId,
    // Where there are several, the SDK repeats the first one by itself.
    action: Array.isArray(actions) && actions.length > 0 ? undefined : action,
    actions,
    status,
    ...toRest(providerData, type, 'id', 'call_id', 'action', 'actions', 'status'),
  }),
  computer_call_result: ({ id, callId, output, providerData }) => ({
    type: 'computer_call_output',
    id,
    call_id: callId,
    output: screenshot(output),
    // The runner of the SDK in Python always says it.
    acknowledged_safety_checks: null,
    ...toRest(providerData, 'computer_call_output', 'id', 'call_id', 'output'),
  }),
  shell_call: ({ type, id, callId, status, action, caller, providerData }) => ({
    type,
    id,
    call_id: callId,
    action: shellAction(action),
    status,
    caller: toCaller(caller),
    ...toRest(providerData, type, 'id', 'call_id', 'action', 'status', 'caller'),
  }),
  shell_call_output: ({ type, id, callId, status, output, maxOutputLength, caller, providerData }) => ({
    type,
    id,
    call_id: callId,
    output: Array.isArray(output) ? output.map(shellOutput) : output,
    max_output_length: maxOutputLength,
    status,
    caller: toCaller(caller),
    ...toRest(providerData, type, 'id', 'call_id', 'output', 'max_output_length', 'status', 'caller'),
  }),
  apply_patch_call: ({ type, id, callId, status, operation, caller, providerData }) => ({
    type,
    id,
    call_id: callId,
    operation: patchOperation(operation),
    status,
    caller: toCaller(caller),
    ...toRest(providerData, type, 'id', 'call_id', 'operation', 'status', 'caller'),
  }),
  apply_patch_call_output: ({ type, id, callId, status, output, caller, providerData }) => ({
    type,
    id,
    call_id: callId,
    status,
    output,
    caller: toCaller(caller),
    ...toRest(providerData, type, 'id', 'call_id', 'output', 'status', 'caller'),
  }),
  program: ({ type, id, callId, code, fingerprint, providerData }) => ({
    type,
    id,
    call_id: callId,
    code,
    fingerprint,
    ...toRest(providerData, type, 'id', 'call_id', 'code', 'fingerprint'),
  }),
  program_output: ({ type, id, callId, output, status, providerData }) => ({
    type,
    id,
    call_id: callId,
    result: output,
    status,
    ...toRest(providerData, type, 'id', 'call_id', 'output', 'result', 'status'),
  }),
  tool_search_call: (item) => ({ ...search(item, 'arguments'), arguments: item['arguments'] }),
  tool_search_output: (item) => {
    const { tools } = item
    return { ...search(item, 'tools'), tools: Array.isArray(tools) ? tools.map(toFoundTool) : tools }
  },
  compaction: ({ type, id, encrypted_content: content, created_by: by, providerData }) => ({
    type,
    id,
    encrypted_content: content,
    created_by: by,
    ...toRest(providerData, type, 'id', 'encrypted_content', 'created_by'),
  }),
  [HOSTED]: hosted,
  unknown: (item) => {
    const provided = fieldsOf(item['providerData'])
    return typeof provided['type'] === 'string' ? { ...provided, id: item['id'] ?? provided['id'] } : item
  },
}

/**
 * A message that one SDK makes of a mere text has a type in TypeScript and none in Python, so each of these forms
 * becomes the other.
 */
function message(item: Fields): Fields {
  const { type, id, role, content, providerData } = item
  return {
    ...(type === undefined && { type: 'message' }),
    id,
    role,
    content: role === 'user' ? toInputParts(content) : content,
    ...toRest(providerData, 'message', 'id', 'role', 'content', 'phase'),
  }
}

function answer({ id, role, content, status, phase, providerData }: Fields): Fields {
  return {
    type: 'message',
    id: id === NO_ID.js ? NO_ID.responses : id,
    role,
    content: toOutputParts(content),
    status,
    phase: phase ?? fieldsOf(providerData)['phase'],
    ...toRest(providerData, 'message', 'id', 'role', 'content', 'status', 'phase'),
  }
}

function summaryPart(part: unknown): unknown {
  if (!isFields(part)) return part
  return sayable({
    type: 'summary_text',
    text: part['text'],
    ...toRest(part['providerData'], 'summary_text', 'text'),
  })
}

function search(item: Fields, ...without: readonly string[]): Fields {
  const { type, id, status, providerData, execution } = item
  const callId = item['call_id'] ?? item['callId']
  return {
    type,
    id: idOf(id, providerData),
    ...toRest(providerData, type, 'id', 'status', ...without),
    ...sayable({ call_id: callId, execution }),
    status,
  }
}

function hosted(item: Fields): Fields {
  const { id, name, status, output, caller } = item
  const provided = fieldsOf(item['providerData'])
  const type = provided['type'] ?? name
  const rest = toRest(provided, type, 'id')
  const identity = { type, id: id ?? provided['id'] }
  if (type === 'mcp_approval_response') return { ...identity, ...rest, caller: toCaller(caller) }
  if (type === 'mcp_approval_request') return { ...identity, ...rest, caller: toCaller(caller) }
  if (!HOSTED_CALLS.includes(type as never)) return item
  if (type === 'mcp_list_tools') return { ...identity, ...rest, output, caller: toCaller(caller) }
  if (type === 'mcp_call') return { ...identity, ...rest, output: output ?? null, caller: toCaller(caller) }
  return { ...identity, ...rest, status, result: output ?? rest['result'], caller: toCaller(caller) }
}

function idOf(id: unknown, providerData: unknown): unknown {
  const given = id ?? fieldsOf(providerData)['id']
  return given === NO_ID.js ? NO_ID.responses : given
}

function toCaller(caller: unknown): unknown {
  if (!isFields(caller) || caller['type'] !== 'program') return caller
  return sayable({ type: 'program', caller_id: caller['callerId'] })
}

function screenshot(output: unknown): unknown {
  if (!isFields(output) || output['type'] !== 'computer_screenshot') return output
  return sayable({ type: 'computer_screenshot', image_url: output['data'] })
}

function shellAction(action: unknown): unknown {
  if (!isFields(action)) return action
  const { commands, timeoutMs, maxOutputLength } = action
  return sayable({ commands, timeout_ms: timeoutMs ?? null, max_output_length: maxOutputLength ?? null })
}

function shellOutput(entry: unknown): unknown {
  if (!isFields(entry)) return entry
  const { stdout, stderr, outcome } = entry
  const { type, exitCode } = fieldsOf(outcome)
  // The API wants a number where the SDK may know of none, and the SDK sends this one.
  return sayable({
    stdout,
    stderr,
    outcome: type === 'exit' ? { type, exit_code: exitCode ?? 0 } : sayable({ type }),
  })
}

function patchOperation(operation: unknown): unknown {
  if (!isFields(operation) || operation['moveTo'] === undefined) return operation
  const { moveTo, ...rest } = operation
  return { ...rest, move_to: moveTo }
}
