const NEWLINE = 0x0a

/**
 * The lines of UTF-8 text, as many at once as end in a chunk. Only a line feed ends one: unlike in `node:readline`,
 * other separators, which JSON may hold, do not. Throws for bytes that are not UTF-8.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<readonly string[]> {
  // Whole lines are decoded at once: decoding a stream, which may end within a character, takes several times longer.
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let begun: Uint8Array[] = []
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(NEWLINE)
    if (end < 0) {
      begun.push(chunk)
      continue
    }
    yield decoder.decode(Buffer.concat([...begun, chunk.subarray(0, end)])).split('\n')
    begun = [chunk.subarray(end + 1)]
  }
  const rest = decoder.decode(Buffer.concat(begun))
  if (rest !== '') yield [rest]
}
