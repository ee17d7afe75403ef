import { type Fields, fieldsOf, firstFilled, firstText, textOf } from './fields.ts'
import { ANSWERED, ANSWERS, CALL_ENDS, HOSTED, HOSTED_CALLS, RESULT_ENDS } from './tool-types.ts'

/** What an item is, without what it says. */
export interface ItemIdentity {
  /** A `call` asks a tool or a person for something, a `result` answers. */
  readonly kind: 'message' | 'call' | 'result' | 'reasoning' | 'other'
  /** The item's own type, which is `message` where it names none. */
  readonly type: string
  /** Whose message it is. Any item may have one; a turn begins where `user` does. */
  readonly role?: string
  /** The tool that is called. Of a result only where the item itself says it. */
  readonly tool?: string
  /** The id by which a result names its call. */
  readonly callId?: string
  /** A text that a call and its results have in common: of what type the call is, and its id. */
  readonly link?: string
  /** The link of the program that made this call, or got this result. */
  readonly madeBy?: string
  /** Set where a person was asked whether a call may be made, or has answered. */
  readonly approval?: 'asked' | 'granted' | 'refused'
  readonly status?: string
}

/**
 * Says what an item of the Agents SDK is, of the one in TypeScript or of the one in Python. A call and its result are
 * linked as the SDK itself does it. An item of a type that is not known is told by the end of its type.
 */
export function identifyItem(item: unknown): ItemIdentity {
  const fields = itemFields(item)
  const type = textOf(fields['type']) ?? 'message'
  const role = textOf(fields['role'])
  const kind = kindOf(fields, type, role)
  const tool = kind === 'call' || kind === 'result' ? toolOf(fields, type, kind) : undefined
  const callId = kind === 'call' || kind === 'result' ? callIdOf(fields, type) : undefined
  const approval = approvalOf(fields, type)
  const status = textOf(fields['status'])
  const madeBy = programOf(fields)
  return {
    kind,
    type,
    ...(role !== undefined && { role }),
    ...(tool !== undefined && { tool }),
    ...(callId !== undefined && { callId, link: `${callTypeOf(ownType(fields, type))} ${callId}` }),
    ...(madeBy !== undefined && { madeBy }),
    ...(approval !== undefined && { approval }),
    ...(status !== undefined && { status }),
  }
}

/**
 * The fields of an item; of one that the Agents SDK in TypeScript does not know those that its provider gave, in which
 * it is what it is.
 */
export function itemFields(item: unknown): Fields {
  const fields = fieldsOf(item)
  const provided = fields['type'] === 'unknown' ? fieldsOf(fields['providerData']) : {}
  return typeof provided['type'] === 'string' ? provided : fields
}

const REQUEST = 'mcp_approval_request'
const RESPONSE = 'mcp_approval_response'

/** The type of the item, or what a hosted call is by its name or its provider's data. */
export function ownType(fields: Fields, type: string): string {
  if (type !== HOSTED) return type
  const name = textOf(fields['name'])
  return fieldsOf(fields['providerData'])['type'] === REQUEST ? REQUEST : (name ?? type)
}

const endsWith = (type: string, ends: readonly string[]) => ends.some((end) => type.endsWith(end))

function kindOf(fields: Fields, type: string, role: string | undefined): ItemIdentity['kind'] {
  if (type === 'message') return role === undefined ? 'other' : 'message'
  if (type === 'reasoning') return 'reasoning'
  if (type === HOSTED) return ownType(fields, type) === RESPONSE ? 'result' : 'call'
  if (Object.hasOwn(ANSWERED, type)) return 'result'
  if (Object.hasOwn(ANSWERS, type) || HOSTED_CALLS.includes(type as never)) return 'call'
  if (endsWith(type, RESULT_ENDS)) return 'result'
  return endsWith(type, CALL_ENDS) ? 'call' : 'other'
}

function toolOf(fields: Fields, type: string, kind: 'call' | 'result'): string | undefined {
  if (type === HOSTED) {
    const own = ownType(fields, type)
    if (own === RESPONSE) return undefined
    const named = own === REQUEST || own === 'mcp_call' ? fieldsOf(fields['providerData'])['name'] : undefined
    return firstFilled(named) ?? withoutEnd(own)
  }
  const name = firstFilled(fields['name'])
  const space = firstFilled(fields['namespace'])
  if (name !== undefined) return space === undefined || space === name ? name : `${space}.${name}`
  return kind === 'call' ? withoutEnd(type) : undefined
}

function withoutEnd(type: string): string {
  return type.endsWith('_call') ? type.slice(0, -'_call'.length) : type
}

/** The type of the call that an item is or answers; empty where the type is not known. */
function callTypeOf(own: string): string {
  if (Object.hasOwn(ANSWERS, own)) return own
  return (Object.hasOwn(ANSWERED, own) && ANSWERED[own]) || ''
}

function callIdOf(fields: Fields, type: string): string | undefined {
  const own = ownType(fields, type)
  const isHosted = type === HOSTED
  const isAnswered = isHosted ? own === REQUEST || own === RESPONSE : !HOSTED_CALLS.includes(own as never)
  return isAnswered ? idOf(fields, fieldsOf(fields['providerData']), own, isHosted) : undefined
}

function idOf(fields: Fields, provider: Fields, own: string, isHosted: boolean): string | undefined {
  switch (own) {
    case REQUEST:
      return isHosted ? textOf(provider['id'] ?? fields['id']) : textOf(fields['id'])
    case RESPONSE:
      return textOf((isHosted ? provider : fields)['approval_request_id'])
    case 'tool_search_call':
    case 'tool_search_output': {
      // The provider that has run a search itself also knows to which call it belongs.
      if (executionOf(fields, provider) === 'server') return undefined
      const called = provider['call_id'] ?? provider['callId']
      const id = own === 'tool_search_call' ? fields['id'] : undefined
      return firstFilled(called, fields['call_id'], fields['callId'], id)
    }
    case 'local_shell_call':
    case 'local_shell_call_output':
      return firstText(fields['call_id'], fields['callId'], fields['id'])
    default:
      return firstText(fields['callId'], fields['call_id'], provider['call_id'], provider['callId'])
  }
}

function executionOf(fields: Fields, provider: Fields): unknown {
  const { execution } = fields
  return execution === 'client' || execution === 'server' ? execution : provider['execution']
}

function approvalOf(fields: Fields, type: string): ItemIdentity['approval'] {
  const own = ownType(fields, type)
  if (own === REQUEST) return 'asked'
  if (own !== RESPONSE) return undefined
  const { approve } = type === HOSTED ? fieldsOf(fields['providerData']) : fields
  return approve === true ? 'granted' : 'refused'
}

function programOf(fields: Fields): string | undefined {
  const caller = fieldsOf(fields['caller'])
  const id = firstText(caller['callerId'], caller['caller_id'])
  return caller['type'] === 'program' && id !== undefined ? `program ${id}` : undefined
}
