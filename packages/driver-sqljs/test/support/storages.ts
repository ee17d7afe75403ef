import { join } from 'node:path'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { IDBFactory } from 'fake-indexeddb'
import { onTestFinished, vi } from 'vitest'
import { type DatabaseStorage, fileStorage, indexedDbStorage } from '../../src/index.ts'

/** A place where storages keep one image, and how they may treat bytes. Each call makes a storage on a new place. */
export const storages: Readonly<Record<string, () => () => DatabaseStorage>> = {
  'a file'() {
    const folder = temporaryFolder()
    return () => fileStorage(join(folder, 'agents.db'))
  },

  IndexedDB() {
    vi.stubGlobal('indexedDB', new IDBFactory())
    onTestFinished(() => {
      vi.unstubAllGlobals()
    })
    return () => indexedDbStorage('agents')
  },

  'a variable that holds the very bytes'() {
    let image: Uint8Array | undefined
    return () => ({
      load: async () => image,
      save: async (bytes) => {
        image = bytes
      },
    })
  },

  'a Buffer that is used again'() {
    const buffer = Buffer.alloc(1024 * 1024)
    let length: number | undefined
    return () => ({
      load: async () => (length === undefined ? undefined : buffer.subarray(0, length)),
      save: async (bytes) => {
        length = bytes.length
        buffer.set(bytes)
      },
    })
  },

  'bytes that are transferred'() {
    let image = new ArrayBuffer()
    return () => ({
      load: async () => (image.byteLength === 0 ? undefined : new Uint8Array(image.slice())),
      save: async (bytes) => {
        image = (bytes.buffer as ArrayBuffer).transfer()
      },
    })
  },

  'bytes that are wiped after use'() {
    let image = ''
    return () => ({
      load: async () => (image === '' ? undefined : Buffer.from(image, 'base64')),
      save: async (bytes) => {
        image = Buffer.from(bytes).toString('base64')
        bytes.fill(0)
      },
    })
  },
}
