const NEWLINE = 0x0a

/**
 * The lines of UTF-8 text. Only a line feed ends one: unlike in `node:readline`, other separators, which JSON may
 * hold, do not. Throws for bytes that are not UTF-8.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let begun: Uint8Array[] = []
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const tail = chunk.subarray(start, end)
      yield decoder.decode(begun.length === 0 ? tail : Buffer.concat([...begun, tail]))
      begun = []
      start = end + 1
    }
    if (start < chunk.length) begun.push(chunk.subarray(start))
  }
  if (begun.length > 0) yield decoder.decode(Buffer.concat(begun))
}
