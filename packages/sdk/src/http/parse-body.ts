import { putTexts, type QueryResponse, TEXTS } from '../protocol/index.ts'

/** What the body of an answer holds; undefined where it is not of this type, or was cut short. */
export function parseBody(text: string, contentType: string | null): unknown {
  try {
    return contentType === TEXTS ? parseTexts(text) : JSON.parse(text)
  } catch {
    return undefined
  }
}

function parseTexts(text: string): unknown {
  const end = text.indexOf('\n')
  const body = JSON.parse(text.slice(0, end))
  putTexts([body.data].flat() as QueryResponse[], text.slice(end + 1))
  return body
}
