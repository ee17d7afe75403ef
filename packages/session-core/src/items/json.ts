import { isStorageError, StorageError } from '../driver/storage-error.ts'
import { exactNumber, isExactNumber } from './exact-number.ts'

const BYTES_KEY = /^\$+bytes$/

/**
 * How deep JSON may be nested that is written: readers of other languages give up at some depth, Python at less than
 * 1,000.
 */
const WRITTEN_DEPTH = 500

/** How deep JSON may be nested that is read: SQLite takes no deeper JSON for JSON. */
const READ_DEPTH = 1000

const LONG_PATH = 200

/** JSON with bytes, refusing what {@link parseJson} could not give back unchanged. */
export function writeJson(value: unknown, options: { sortKeys?: boolean } = {}): string {
  const usual = options.sortKeys ? undefined : usualJson(value)
  if (usual !== undefined) return usual
  // What was read can be compared, however deep it is.
  const maxDepth = options.sortKeys ? READ_DEPTH : WRITTEN_DEPTH
  const ancestors: object[] = []
  const path: (string | number)[] = []

  function refuse(what: string): never {
    const itemPath = formatPath(path)
    const shown = itemPath.length > LONG_PATH ? `${itemPath.slice(0, LONG_PATH).toWellFormed()}…` : itemPath
    const where = shown === '' ? 'It' : `Its value at ${shown}`
    throw new StorageError('INVALID_ITEM', `${where} is ${what}, which JSON cannot give back unchanged.`, {
      itemPath,
    })
  }

  function write(current: unknown): string {
    switch (typeof current) {
      case 'string':
        return JSON.stringify(current)
      case 'boolean':
        return current ? 'true' : 'false'
      case 'number':
        if (!Number.isFinite(current)) refuse('a number that is not finite')
        return Object.is(current, -0) ? '-0' : String(current)
      case 'object':
        return current === null ? 'null' : writeObject(current)
      default:
        return refuse(current === undefined ? 'undefined' : `a ${typeof current}`)
    }
  }

  function writeObject(current: object): string {
    if (current instanceof Uint8Array) return `{"$bytes":"${toBase64(current)}"}`
    if (ancestors.includes(current)) refuse('a reference to an object around it')
    if (ancestors.length === maxDepth) refuse(`nested deeper than ${maxDepth} levels`)
    ancestors.push(current)
    const text = Array.isArray(current) ? writeArray(current) : writeRecord(current)
    ancestors.pop()
    return text
  }

  function writeArray(current: readonly unknown[]): string {
    let text = '['
    for (let index = 0; index < current.length; index++) {
      path.push(index)
      text += (index === 0 ? '' : ',') + write(current[index])
      path.pop()
    }
    if (hasMoreThanElements(current)) refuse('an array with more than its elements')
    return `${text}]`
  }

  function writeRecord(current: object): string {
    const prototype = Object.getPrototypeOf(current)
    if (prototype !== null && !isRoot(prototype)) refuse('an instance of a class')
    if (Object.getOwnPropertySymbols(current).length > 0) refuse('an object with a symbol as a key')
    const keys = Object.keys(current)
    if (options.sortKeys) keys.sort()
    let text = ''
    let written = 0
    let lastKey = ''
    for (const key of keys) {
      path.push(key)
      const value = (current as Record<string, unknown>)[key]
      if (value !== undefined) {
        text += `${written === 0 ? '' : ','}${JSON.stringify(key)}:${write(value)}`
        written += 1
        lastKey = key
      }
      path.pop()
    }
    return written === 1 && BYTES_KEY.test(lastKey) ? `{"$${text.slice(1)}}` : `{${text}}`
  }

  try {
    return write(value)
  } catch (error) {
    if (isStorageError(error)) throw error
    // Thrown by a getter or a proxy of the caller; the message may hold anything.
    return refuse('something that throws when it is read')
  }
}

/** The JSON of most items; nothing of others, and where something throws, which is read again to say what. */
function usualJson(value: unknown): string | undefined {
  try {
    return isPlainJson(value, 0) ? JSON.stringify(value) : undefined
  } catch {
    return undefined
  }
}

const USUAL_DEPTH = 64

/** True for most items: what `JSON.stringify` writes just as it should be. False is no verdict. */
function isPlainJson(value: unknown, depth: number): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0)
  if (typeof value !== 'object' || depth === USUAL_DEPTH) return false
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) if (!isPlainJson(value[index], depth + 1)) return false
    return !hasMoreThanElements(value)
  }
  const prototype = Object.getPrototypeOf(value)
  if (
    (prototype !== Object.prototype && prototype !== null) ||
    Object.getOwnPropertySymbols(value).length > 0
  ) {
    return false
  }
  for (const key in value) {
    const property = (value as Record<string, unknown>)[key]
    if (key.startsWith('$') || (property !== undefined && !isPlainJson(property, depth + 1))) return false
  }
  return true
}

/** Named properties and symbols, which JSON leaves out of an array. */
function hasMoreThanElements(array: readonly unknown[]): boolean {
  return Object.keys(array).length > array.length || Object.getOwnPropertySymbols(array).length > 0
}

export interface ParseOptions {
  /** Whether numbers that JavaScript would change are kept as they are written. Default: false. */
  readonly exactNumbers?: boolean | undefined
}

/**
 * Reads what {@link writeJson} wrote, and any other JSON, up to the depth that SQLite reads. Throws a SyntaxError,
 * without content, for anything else.
 */
export function parseJson(text: string, options: ParseOptions = {}): unknown {
  const value = parsePlainJson(text, options)
  return text.includes('$bytes"') ? reviveBytes(value) : value
}

/** As {@link parseJson}, with bytes as they are written. */
export function parsePlainJson(text: string, { exactNumbers }: ParseOptions = {}): unknown {
  let value: unknown
  try {
    value = exactNumbers ? JSON.parse(text, exactNumber) : JSON.parse(text)
  } catch {
    throw new SyntaxError('The text is not JSON.')
  }
  // Shorter text has no room for so many brackets.
  if (text.length > 2 * READ_DEPTH && isDeeperThan(READ_DEPTH, value)) {
    throw new SyntaxError(`The JSON is nested deeper than ${READ_DEPTH} levels.`)
  }
  return value
}

function isDeeperThan(depth: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (depth === 0) return true
  if (Array.isArray(value)) return value.some((element) => isDeeperThan(depth - 1, element))
  for (const key in value) {
    if (isDeeperThan(depth - 1, (value as Record<string, unknown>)[key])) return true
  }
  return false
}

function reviveBytes(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || isExactNumber(value)) return value
  const record = value as Record<string, unknown>
  const keys = Object.keys(record)
  for (const key of keys) record[key] = reviveBytes(record[key])
  const key = keys[0]
  if (keys.length !== 1 || key === undefined || !BYTES_KEY.test(key)) return record
  if (key !== '$bytes') return { [key.slice(1)]: record[key] }
  return typeof record[key] === 'string' ? (fromBase64(record[key]) ?? record) : record
}

/** `Object.prototype`, also of another realm, such as a `vm` context or an iframe. */
function isRoot(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf')
}

const CHUNK = 0x8000

export function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (let start = 0; start < bytes.length; start += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(start, start + CHUNK))
  }
  return btoa(binary)
}

function fromBase64(text: string): Uint8Array | undefined {
  try {
    const binary = atob(text)
    const bytes = new Uint8Array(binary.length)
    for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index)
    return bytes
  } catch {
    return undefined
  }
}

function formatPath(path: readonly (string | number)[]): string {
  return path
    .map((step) => (/^[A-Za-z_$][\w$]*$/.test(String(step)) ? `.${step}` : `[${JSON.stringify(step)}]`))
    .join('')
    .replace(/^\./, '')
}
