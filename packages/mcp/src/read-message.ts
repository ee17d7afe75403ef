/**
 * The library checks every value of a message one after the other, and quotes what is wrong with each. A body of a few
 * megabytes could so keep everybody waiting for a minute. What no client sends is refused before.
 */
const MOST_VALUES = 50_000
const DEEPEST = 64
/** Of all but the arguments of tools, which have limits of their own. */
const MOST_AROUND_ARGUMENTS = 1000
const LONGEST_AROUND_ARGUMENTS = 16_384

const INVALID_REQUEST = -32_600
const PARSE_ERROR = -32_700

/** The message of a request, or the answer that refuses it. */
export async function readMessage(
  request: Request,
  maxBytes: number,
): Promise<{ readonly message: unknown } | { readonly refusal: Response }> {
  const text = await readText(request, maxBytes)
  if (text === undefined) return refuse(413, INVALID_REQUEST, `The body is larger than ${maxBytes} bytes.`)
  if (!isWithin(text)) {
    return refuse(
      413,
      INVALID_REQUEST,
      `The body holds more than ${MOST_VALUES} values, or is nested deeper than ${DEEPEST}.`,
    )
  }
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    return refuse(400, PARSE_ERROR, 'The body is not JSON.')
  }
  const around = { values: 0, longest: 0 }
  for (const one of Array.isArray(message) ? message : [message]) weigh(withoutArguments(one), around)
  if (around.values > MOST_AROUND_ARGUMENTS || around.longest > LONGEST_AROUND_ARGUMENTS) {
    return refuse(
      413,
      INVALID_REQUEST,
      `Apart from the arguments of tools, a message holds at most ${MOST_AROUND_ARGUMENTS} values and texts of ${LONGEST_AROUND_ARGUMENTS} characters.`,
    )
  }
  return { message }
}

async function readText(request: Request, maxBytes: number): Promise<string | undefined> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) return
  if (!request.body) return ''
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += piece.length
    if (size > maxBytes) return
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString()
}

/** Whether a JSON text has few enough values; those of a text that is no JSON are of no interest. */
function isWithin(text: string): boolean {
  let values = 0
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: // "
        at = endOfText(text, at)
        break
      case 0x2c: // ,
        values += 1
        break
      case 0x5b: // [
      case 0x7b: // {
        values += 1
        depth += 1
        break
      case 0x5d: // ]
      case 0x7d: // }
        depth -= 1
        break
    }
    if (values > MOST_VALUES || depth > DEEPEST) return false
  }
  return true
}

function endOfText(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes += 1
    if (backslashes % 2 === 0) return end
  }
  return text.length
}

function withoutArguments(message: unknown): unknown {
  if (!isObject(message) || message['method'] !== 'tools/call' || !isObject(message['params'])) return message
  return { ...message, params: { ...message['params'], arguments: null } }
}

function weigh(value: unknown, around: { values: number; longest: number }): void {
  around.values += 1
  if (typeof value === 'string') around.longest = Math.max(around.longest, value.length)
  if (typeof value !== 'object' || value === null) return
  for (const [name, member] of Object.entries(value)) {
    around.longest = Math.max(around.longest, name.length)
    weigh(member, around)
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function refuse(status: number, code: number, message: string): { readonly refusal: Response } {
  return { refusal: Response.json({ jsonrpc: '2.0', error: { code, message }, id: null }, { status }) }
}
