/**
 * The lines of UTF-8 text, as many at once as a chunk ends. Only a line feed ends one: unlike in `node:readline`,
 * other separators, which JSON may hold, do not. Throws for bytes that are not UTF-8.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let begun = ''
  for await (const chunk of chunks) {
    const [first = '', ...rest] = decoder.decode(chunk, { stream: true }).split('\n')
    begun += first
    const last = rest.pop()
    if (last === undefined) continue
    yield [begun, ...rest]
    begun = last
  }
  begun += decoder.decode()
  if (begun !== '') yield [begun]
}
