import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { shellWord } from '../terminal/shell-word.ts'

/** Bytes that are read at once. */
const CHUNK = 1024 * 1024
/** Enough to tell what they begin. */
const HEAD = 16

const GZIP = [0x1f, 0x8b]
const UTF_16: readonly (readonly [encoding: string, start: readonly number[]])[] = [
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
  // Without a mark: the brace of the first line.
  ['utf-16le', [0x7b, 0x00]],
  ['utf-16be', [0x00, 0x7b]],
]
const COMPRESSED: readonly (readonly [program: string, start: readonly number[]])[] = [
  ['zstd -dc', [0x28, 0xb5, 0x2f, 0xfd]],
  ['xz -dc', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['bzip2 -dc', [0x42, 0x5a, 0x68]],
  ['unzip -p', [0x50, 0x4b, 0x03, 0x04]],
]
const SQLITE = [...Buffer.from('SQLite format 3\0')]

export interface TextFile {
  /** Bytes of the file as it lies there; 0 where that is not known. */
  readonly size: number
  /** As UTF-8. `onRead` is told of the bytes of the file. */
  chunks(onRead: (bytes: number) => void): AsyncIterable<Uint8Array>
}

/**
 * A text file, or standard input for `-`. UTF-16 is decoded and gzip unpacked, as their first bytes tell. Rejects where
 * there is no such file; reading fails where its beginning shows that it is no text.
 */
export async function openText(path: string): Promise<TextFile> {
  const size = path === '-' ? 0 : await sizeOf(path)
  return {
    size,
    chunks(onRead) {
      const bytes = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: CHUNK })
      return toUtf8(counted(bytes, onRead), path)
    },
  }
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === 'ENOENT' ? new Error(`There is no file "${path}".`, { cause }) : cause
  })
  if (found.isDirectory()) throw new Error(`"${path}" is a folder. Give a file that \`export\` wrote.`)
  return found.size
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  onRead: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    onRead(chunk.length)
    yield chunk
  }
}

async function* toUtf8(chunks: AsyncIterable<Uint8Array>, path: string): AsyncGenerator<Uint8Array> {
  const [head, whole] = await peek(chunks)
  if (begins(head, GZIP)) return yield* toUtf8(unzipped(whole), path)
  const encoding = UTF_16.find(([, start]) => begins(head, start))?.[0]
  if (encoding !== undefined) return yield* recoded(whole, encoding)
  refuse(head, path)
  yield* whole
}

function refuse(head: Uint8Array, path: string): void {
  const file = path === '-' ? 'file' : shellWord(path)
  if (begins(head, SQLITE)) {
    throw new Error(
      `This is an SQLite database, not an export. To copy its sessions: persql copy --from ${file} --to …`,
    )
  }
  const program = COMPRESSED.find(([, start]) => begins(head, start))?.[0]
  if (program === undefined) return
  throw new Error(`This is compressed. Unpack it on the way: ${program} ${file} | persql sessions import -`)
}

/** The first bytes, and all of them. */
async function peek(
  chunks: AsyncIterable<Uint8Array>,
): Promise<[head: Uint8Array, whole: AsyncIterable<Uint8Array>]> {
  const iterator = chunks[Symbol.asyncIterator]()
  const first: Uint8Array[] = []
  let length = 0
  while (length < HEAD) {
    const { value, done } = await iterator.next()
    if (done) break
    first.push(value)
    length += value.length
  }
  const head = Buffer.concat(first)
  async function* whole() {
    yield head
    yield* { [Symbol.asyncIterator]: () => iterator }
  }
  return [head.subarray(0, HEAD), whole()]
}

async function* unzipped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = Readable.from(chunks)
  const gunzip = createGunzip()
  source.once('error', (error) => gunzip.destroy(error))
  try {
    yield* source.pipe(gunzip)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && /^Z_/.test(String(error.code)))) throw error
    throw new Error('The gzip file is damaged, or was cut short.', { cause: error })
  }
}

async function* recoded(chunks: AsyncIterable<Uint8Array>, encoding: string): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(encoding)
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }))
  yield Buffer.from(decoder.decode())
}

function begins(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, index) => bytes[index] === byte)
}
