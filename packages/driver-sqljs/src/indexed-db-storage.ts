import { StorageError } from '@persql/session-core'
import type { DatabaseStorage } from './database-storage.ts'

const STORE = 'database'
const IMAGE = 'image'
const REVISION = 'revision'

/**
 * Keeps the database in the IndexedDB of that name, which nothing else may use. A save is refused when another tab
 * has saved since the last load or save here.
 */
export function indexedDbStorage(name: string): DatabaseStorage {
  if (typeof name !== 'string' || name === '') {
    throw new StorageError('INVALID_ARGUMENT', 'The name of an IndexedDB must be a text, such as "agents".')
  }
  let knownRevision: number | undefined

  return {
    async load() {
      const connection = await connect(name)
      try {
        return await new Promise<Uint8Array | undefined>((resolve, reject) => {
          const transaction = connection.transaction(STORE, 'readonly')
          const image = transaction.objectStore(STORE).get(IMAGE)
          const revision = transaction.objectStore(STORE).get(REVISION)
          transaction.onabort = () => reject(transaction.error)
          transaction.oncomplete = () => {
            knownRevision = revision.result
            resolve(image.result)
          }
        })
      } finally {
        connection.close()
      }
    },

    async save(image) {
      const connection = await connect(name)
      try {
        const revision = (knownRevision ?? 0) + 1
        await new Promise<void>((resolve, reject) => {
          const transaction = connection.transaction(STORE, 'readwrite', { durability: 'strict' })
          const store = transaction.objectStore(STORE)
          const stored = store.get(REVISION)
          stored.onsuccess = () => {
            if (stored.result !== knownRevision) return transaction.abort()
            store.put(image, IMAGE)
            store.put(revision, REVISION)
          }
          // Only an abort from here has no error.
          transaction.onabort = () => reject(transaction.error ?? changed(name))
          transaction.oncomplete = () => resolve()
        })
        knownRevision = revision
      } finally {
        connection.close()
      }
    },
  }
}

function connect(name: string): Promise<IDBDatabase> {
  if (typeof indexedDB === 'undefined') {
    throw new StorageError('CANNOT_OPEN', 'There is no IndexedDB here. In Node, use fileStorage.')
  }
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(STORE)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

function changed(name: string): StorageError {
  return new StorageError(
    'SAVE_FAILED',
    `The database in the IndexedDB "${name}" was changed by another tab or program. Open a new driver on it.`,
  )
}
