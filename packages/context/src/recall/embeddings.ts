import { invalid } from '../arguments/invalid.ts'
import type { Embed } from '../memory-options.ts'

/** Calls the user's function, and checks and normalizes what it gives. */
export async function embedAll(embed: Embed, texts: readonly string[]): Promise<Uint8Array[]> {
  const vectors = await embed([...texts])
  if (vectors.length !== texts.length) {
    throw invalid(`\`embed\` gave ${vectors.length} vectors for ${texts.length} texts.`)
  }
  return vectors.map(toBlob)
}

/** The ids of the vectors that are nearest to the query, best first, by cosine. Others of another length are left out. */
export function nearest(
  query: Uint8Array,
  vectors: readonly (readonly [id: string, vector: Uint8Array])[],
  count: number,
): string[] {
  const wanted = toFloats(query)
  return vectors
    .filter(([, vector]) => vector.byteLength === query.byteLength)
    .map(([id, vector]) => ({ id, cosine: dot(wanted, toFloats(vector)) }))
    .sort((a, b) => b.cosine - a.cosine)
    .slice(0, count)
    .map(({ id }) => id)
}

/** Little-endian, of length 1. */
function toBlob(vector: Float32Array): Uint8Array {
  if (!(vector instanceof Float32Array) || vector.length === 0) {
    throw invalid('`embed` must give Float32Arrays that are not empty.')
  }
  const length = Math.sqrt(dot(vector, vector))
  if (!Number.isFinite(length) || length === 0) {
    throw invalid('`embed` gave a vector of zeros, or one with numbers that are not finite.')
  }
  const view = new DataView(new ArrayBuffer(vector.length * 4))
  for (const [index, value] of vector.entries()) view.setFloat32(index * 4, value / length, true)
  return new Uint8Array(view.buffer)
}

function toFloats(blob: Uint8Array): Float32Array {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength)
  const floats = new Float32Array(blob.byteLength >> 2)
  for (let index = 0; index < floats.length; index++) floats[index] = view.getFloat32(index * 4, true)
  return floats
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!
  return sum
}
