import { type Fields, fieldsOf, isFields } from '../fields.ts'
import { HOSTED } from '../tool-types.ts'
import { fromFoundTool } from './found-tools.ts'
import { fromInputParts, fromOutputParts } from './message-parts.ts'
import { fromRest, sayable } from './provider-data.ts'
import { NO_ID } from './to-responses.ts'
import { fromToolOutput } from './tool-output.ts'

/**
 * The item in the words of the SDK in TypeScript, in the form in which its sessions keep what its runner gives them.
 * What the SDK would send and the API would refuse is left out: data of other providers, and an id that stands for none.
 */
export function fromResponses(item: Fields): Fields {
  const type = item['type'] ?? 'message'
  if (typeof type !== 'string' || (type === 'message' && typeof item['role'] !== 'string')) return item
  const read = Object.hasOwn(READERS, type) ? READERS[type] : undefined
  const isNone = item['id'] === NO_ID.responses && type !== 'message' && type !== 'function_call'
  const left = (field: string) => field === 'provider_data' || (isNone && field === 'id')
  const given = Object.fromEntries(Object.entries(item).filter(([field]) => !left(field)))
  const known = read ? read(given) : { type: 'unknown', id: given['id'], providerData: given }
  // A field that is null has no place in the types of the SDK.
  return Object.fromEntries(
    Object.entries(known).filter(([, value]) => value !== undefined && value !== null),
  )
}

type Read = (item: Fields) => Fields

const READERS: Readonly<Record<string, Read>> = {
  message: (item) => (item['role'] === 'assistant' ? answer(item) : message(item)),
  reasoning: (item) => {
    const { summary, ...rest } = item
    return {
      type: 'reasoning',
      id: item['id'],
      content: Array.isArray(summary) ? summary.map(summaryPart) : summary,
      providerData: rest,
    }
  },
  function_call: (item) => {
    const { call_id: callId, name, namespace, caller, status, arguments: given, ...rest } = item
    return {
      type: 'function_call',
      callId,
      name,
      namespace,
      status,
      arguments: given,
      caller: fromCaller(caller),
      // The sessions of the SDK in TypeScript keep no id of a function call, so that it is not sent. Here it is not sent.
      providerData: withoutFake(rest),
    }
  },
  function_call_output: (item) => {
    const { type: _, call_id: callId, output, status, namespace, caller, ...rest } = item
    return {
      type: 'function_call_result',
      callId,
      // The Responses API knows only of the call; the name of its tool stands there.
      name: callId,
      namespace,
      status: status ?? 'completed',
      output: fromToolOutput(output),
      caller: fromCaller(caller),
      providerData: fromRest(rest),
    }
  },
  computer_call: (item) => {
    const { call_id: callId, status, action, actions, ...rest } = item
    const [first] = Array.isArray(actions) ? (actions as unknown[]) : []
    return {
      type: 'computer_call',
      id: item['id'],
      callId,
      status,
      action: action ?? first,
      actions,
      providerData: rest,
    }
  },
  computer_call_output: (item) => {
    const { type: _, id, call_id: callId, output, acknowledged_safety_checks: acknowledged, ...rest } = item
    return {
      type: 'computer_call_result',
      id,
      callId,
      output: screenshot(output),
      providerData: fromRest(sayable({ acknowledgedSafetyChecks: acknowledged ?? undefined, ...rest })),
    }
  },
  shell_call: (item) => {
    const { call_id: callId, status, action, caller, ...rest } = item
    return {
      ...identity(item),
      callId,
      status,
      action: shellAction(action),
      caller: fromCaller(caller),
      providerData: rest,
    }
  },
  shell_call_output: (item) => {
    const { type: _, id, call_id: callId, output, max_output_length: most, status, caller, ...rest } = item
    return {
      ...identity(item),
      callId,
      output: Array.isArray(output) ? output.map(shellOutput) : output,
      maxOutputLength: most,
      status,
      caller: fromCaller(caller),
      providerData: id === undefined ? fromRest(rest) : { id, type: item['type'], ...rest },
    }
  },
  apply_patch_call: (item) => {
    const { call_id: callId, status, operation, caller, ...rest } = item
    return {
      ...identity(item),
      callId,
      status,
      operation: patchOperation(operation),
      caller: fromCaller(caller),
      providerData: rest,
    }
  },
  apply_patch_call_output: (item) => {
    const { type: _, id, call_id: callId, status, output, caller, ...rest } = item
    return {
      ...identity(item),
      callId,
      status,
      output,
      caller: fromCaller(caller),
      providerData: id === undefined ? fromRest(rest) : { id, type: item['type'], ...rest },
    }
  },
  program: (item) => {
    const { type, id, call_id: callId, code, fingerprint, ...rest } = item
    return { type, id, callId, code, fingerprint, providerData: rest }
  },
  program_output: (item) => {
    const { type, id, call_id: callId, result, status, ...rest } = item
    return { type, id, callId, output: result, status, providerData: rest }
  },
  tool_search_call: (item) => {
    const { arguments: given, ...rest } = item
    return { ...search(rest), arguments: given }
  },
  tool_search_output: (item) => {
    const { tools, ...rest } = item
    return { ...search(rest), tools: Array.isArray(tools) ? tools.map(fromFoundTool) : tools }
  },
  compaction: (item) => {
    const { encrypted_content: content, created_by: by, ...rest } = item
    return { ...identity(item), encrypted_content: content, created_by: by, providerData: rest }
  },
  web_search_call: answered,
  file_search_call: answered,
  code_interpreter_call: answered,
  image_generation_call: answered,
  mcp_call: (item) => {
    const { output, ...rest } = item
    return { ...hosted(rest), output }
  },
  mcp_list_tools: hosted,
  mcp_approval_request: hosted,
  mcp_approval_response: (item) => {
    const { type: _, caller, ...rest } = item
    return { type: HOSTED, name: 'mcp_approval_response', caller: fromCaller(caller), providerData: rest }
  },
}

function message(item: Fields): Fields {
  const { type, id, role, content, ...rest } = item
  return {
    ...(type === undefined && { type: 'message' }),
    id,
    // The SDK has no role of a developer; the API takes both for the same.
    role: role === 'developer' ? 'system' : role,
    content: role === 'user' ? fromInputParts(content) : content,
    providerData: fromRest(rest),
  }
}

function answer(item: Fields): Fields {
  const { type: _, id, role, content, status = 'completed', phase, ...rest } = item
  const known = phase === 'commentary' || phase === 'final_answer' ? { phase } : {}
  return {
    type: 'message',
    id: id === NO_ID.responses ? NO_ID.js : id,
    role,
    content: fromOutputParts(content),
    status,
    ...known,
    providerData: { ...rest, ...known },
  }
}

function identity({ type, id }: Fields): Fields {
  return { type, id }
}

function withoutFake(rest: Fields): Fields {
  return rest['id'] === NO_ID.responses ? { ...rest, id: NO_ID.js } : rest
}

function summaryPart(part: unknown): unknown {
  if (!isFields(part)) return part
  const { text, ...rest } = part
  return sayable({ type: 'input_text', text, providerData: rest })
}

function search(item: Fields): Fields {
  const { type, id, status, ...rest } = item
  const isCalled = typeof rest['call_id'] === 'string' && rest['call_id'] !== ''
  // As with function calls: an id beside that of the call is not sent.
  if (isCalled) return { type, status, providerData: sayable({ id, ...rest }) }
  return { type, id, status, providerData: rest }
}

/** Of a call that holds its own result. */
function answered(item: Fields): Fields {
  const { status, result, ...rest } = item
  const isResult = result !== null && result !== undefined
  const provided = isResult || !Object.hasOwn(item, 'result') ? rest : { ...rest, result }
  return { ...hosted(provided), status, output: isResult ? result : undefined }
}

function hosted(item: Fields): Fields {
  const { caller, ...rest } = item
  const called = fromCaller(caller)
  return {
    type: HOSTED,
    id: item['id'],
    name: item['type'],
    status: 'completed',
    caller: called,
    providerData: called === undefined ? item : rest,
  }
}

function fromCaller(caller: unknown): unknown {
  const { type, caller_id: callerId } = fieldsOf(caller)
  if (type === 'direct') return { type }
  return type === 'program' ? sayable({ type, callerId }) : undefined
}

function screenshot(output: unknown): unknown {
  if (!isFields(output) || output['type'] !== 'computer_screenshot') return output
  return sayable({ type: 'computer_screenshot', data: output['image_url'] })
}

function shellAction(action: unknown): unknown {
  if (!isFields(action)) return action
  const { commands, timeout_ms: timeoutMs, max_output_length: most } = action
  return sayable({ commands, timeoutMs: timeoutMs ?? undefined, maxOutputLength: most ?? undefined })
}

function shellOutput(entry: unknown): unknown {
  if (!isFields(entry)) return entry
  const { stdout, stderr, outcome } = entry
  const { type, exit_code: exitCode } = fieldsOf(outcome)
  return sayable({ stdout, stderr, outcome: sayable(type === 'exit' ? { type, exitCode } : { type }) })
}

function patchOperation(operation: unknown): unknown {
  if (!isFields(operation) || operation['move_to'] === undefined) return operation
  const { move_to: moveTo, ...rest } = operation
  return sayable({ ...rest, moveTo: moveTo ?? undefined })
}
