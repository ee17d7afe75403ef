const NEWLINE = 0x0a

/**
 * The lines of UTF-8 text, as many at once as end in a chunk. Only a line feed ends one: unlike in `node:readline`,
 * other separators, which JSON may hold, do not. Throws for bytes that are not UTF-8, and says in which line they are.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<readonly string[]> {
  // Whole lines are decoded at once: decoding a stream, which may end within a character, takes several times longer.
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let begun: Uint8Array[] = []
  let read = 0
  const decode = (bytes: Uint8Array) => {
    try {
      return decoder.decode(bytes).split('\n')
    } catch {
      throw new Error(`Line ${read + lineOfError(bytes)} is not UTF-8 text.`)
    }
  }
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(NEWLINE)
    if (end < 0) {
      begun.push(chunk)
      continue
    }
    const lines = decode(Buffer.concat([...begun, chunk.subarray(0, end)]))
    read += lines.length
    yield lines
    begun = [chunk.subarray(end + 1)]
  }
  const rest = decode(Buffer.concat(begun))
  if (rest[0] !== '') yield rest
}

/** The number, from 1, of the first line that is not UTF-8. */
function lineOfError(bytes: Uint8Array): number {
  const valid = new TextDecoder().decode(bytes)
  let line = 1
  let at = 0
  for (const text of valid.split('\n')) {
    const length = Buffer.byteLength(text)
    if (!Buffer.from(text).equals(bytes.subarray(at, at + length))) return line
    at += length + 1
    line += 1
  }
  return line
}
