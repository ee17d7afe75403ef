import type { DriverLimits } from '../driver/sql-driver.ts'
import { isStorageError, StorageError } from '../driver/storage-error.ts'
import type { ItemCodec } from '../items/item-codec.ts'
import { writeJson } from '../items/json.ts'

/** The rows' texts. Refuses with the index of the item, before anything is written. */
export function encodeItems<Item>(codec: ItemCodec<Item>, items: readonly Item[]): string[] {
  return eachItem(items, (item) => codec.encode(item))
}

/** Equal for items that are equal, whatever the order of their keys. */
export function canonicalTexts(items: readonly unknown[]): string[] {
  return eachItem(items, (item) => writeJson(item, { sortKeys: true }))
}

function eachItem<Item>(items: readonly Item[], toText: (item: Item) => string): string[] {
  const given = elementsOf(items)
  const texts: string[] = []
  try {
    for (const item of given) texts.push(toText(item))
    return texts
  } catch (error) {
    throw refusal(texts.length, error)
  }
}

function elementsOf<Item>(items: readonly Item[]): Item[] {
  try {
    if (Array.isArray(items)) return Array.from(items)
  } catch {
    // A getter or a proxy of the caller threw; its message may hold anything.
  }
  throw new StorageError('INVALID_ARGUMENT', 'The items must be an array.')
}

function refusal(itemIndex: number, error: unknown): StorageError {
  const isRefused = isStorageError(error, 'INVALID_ITEM')
  const why = isRefused ? error.message : 'The codec could not encode it.'
  return new StorageError('INVALID_ITEM', `Item ${itemIndex} cannot be stored. ${why}`, {
    cause: isRefused ? undefined : error,
    itemIndex,
    itemPath: isRefused ? error.itemPath : undefined,
  })
}

const utf8 = new TextEncoder()

/**
 * Packs JSON texts into as few JSON arrays as the limits allow, in order. Refuses with `TOO_LARGE` what cannot go
 * into one batch.
 */
export function packWithinLimits(texts: readonly string[], limits: DriverLimits = {}): string[] {
  const { valueBytes = Number.POSITIVE_INFINITY, requestBytes = Number.POSITIVE_INFINITY } = limits
  if (valueBytes === Number.POSITIVE_INFINITY && requestBytes === Number.POSITIVE_INFINITY) {
    return [`[${texts.join(',')}]`]
  }
  const arrays: string[] = []
  let current: string[] = []
  let currentBytes = 2
  let totalBytes = 0
  for (const [itemIndex, text] of texts.entries()) {
    const bytes = utf8.encode(text).length + 1
    totalBytes += bytes
    if (bytes + 2 > valueBytes) {
      throw new StorageError(
        'TOO_LARGE',
        `Item ${itemIndex} needs ${bytes} bytes; the database takes ${valueBytes} in one value.`,
        {
          itemIndex,
        },
      )
    }
    if (currentBytes + bytes > valueBytes) {
      arrays.push(`[${current.join(',')}]`)
      current = []
      currentBytes = 2
    }
    current.push(text)
    currentBytes += bytes
  }
  if (totalBytes > requestBytes) {
    throw new StorageError(
      'TOO_LARGE',
      `These items need ${totalBytes} bytes; the database takes ${requestBytes} in one request. Add them in smaller portions.`,
    )
  }
  arrays.push(`[${current.join(',')}]`)
  return arrays
}
