import { LONG_TEXTS_TYPE, type QueryResponse, restoreLongTexts } from '../protocol/index.ts'

/** What the body of an answer holds; undefined where it is not of this type, or was cut short. */
export function parseBody(text: string, contentType: string | null): unknown {
  try {
    return contentType === LONG_TEXTS_TYPE ? parseTexts(text) : JSON.parse(text)
  } catch {
    return undefined
  }
}

function parseTexts(text: string): unknown {
  const end = text.indexOf('\n')
  const body = JSON.parse(text.slice(0, end))
  restoreLongTexts([body.data].flat() as QueryResponse[], text.slice(end + 1))
  return body
}
