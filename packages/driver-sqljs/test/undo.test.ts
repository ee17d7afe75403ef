import { SessionStore } from '@persql/session-core'
import { describe, expect, test } from 'vitest'
import { type DatabaseStorage, sqlJsDriver } from '../src/index.ts'
import { storages } from './support/storages.ts'
import { insert, TABLE, values } from './support/table.ts'

/** The storage, whose saves fail while `isBroken`. */
function breakable(storage: DatabaseStorage) {
  const breakable = {
    isBroken: false,
    load: () => storage.load(),
    async save(image: Uint8Array) {
      if (breakable.isBroken) throw new Error('no room')
      await storage.save(image)
    },
  }
  return breakable
}

const REFUSED = { name: 'StorageError', code: 'SAVE_FAILED', message: expect.stringContaining('no room') }

// Enough for the database to grow by pages, so that an image in use would no longer fit its own header.
const LARGE = 'x'.repeat(20_000)

describe.each(Object.entries(storages))('an image kept in %s', (_, place) => {
  async function filled() {
    const make = place()
    const driver = sqlJsDriver({ storage: make() })
    await driver.batch([TABLE, insert('kept')])
    await driver.close()
    return make
  }

  test.each(['small', LARGE])(
    'loses a write whose save fails, the first one after it was opened',
    async (text) => {
      const make = await filled()
      const storage = breakable(make())
      const driver = sqlJsDriver({ storage })
      storage.isBroken = true
      for (const attempt of [1, 2]) {
        await expect(driver.batch([insert(`${attempt}${text}`)])).rejects.toMatchObject(REFUSED)
        expect(await values(driver)).toEqual(['kept'])
      }
      expect(await values(sqlJsDriver({ storage: make() }))).toEqual(['kept'])
      storage.isBroken = false
      await driver.batch([insert(text)])
      expect(await values(driver)).toEqual(['kept', text])
      expect(await values(sqlJsDriver({ storage: make() }))).toEqual(['kept', text])
    },
  )

  test.each(['small', LARGE])('loses a write whose save fails after others that were saved', async (text) => {
    const make = await filled()
    const storage = breakable(make())
    const driver = sqlJsDriver({ storage })
    await driver.batch([insert('saved')])
    storage.isBroken = true
    await expect(driver.batch([insert(text)])).rejects.toMatchObject(REFUSED)
    expect(await values(driver)).toEqual(['kept', 'saved'])
    await driver.close()
    expect(await values(sqlJsDriver({ storage: make() }))).toEqual(['kept', 'saved'])
  })

  test('loses only those of concurrent writes that were rejected', async () => {
    const make = await filled()
    const storage = breakable(make())
    const driver = sqlJsDriver({ storage })
    storage.isBroken = true
    const failing = driver.batch([insert('first')])
    const repaired = failing.catch(() => {
      storage.isBroken = false
    })
    const [first, second] = await Promise.allSettled([
      failing,
      repaired.then(() => driver.batch([insert('second')])),
    ])
    expect([first.status, second.status]).toEqual(['rejected', 'fulfilled'])
    expect(await values(driver)).toEqual(['kept', 'second'])
    expect(await values(sqlJsDriver({ storage: make() }))).toEqual(['kept', 'second'])
  })

  test('holds one copy of an item that was appended until it was acknowledged', async () => {
    const make = place()
    await new SessionStore(sqlJsDriver({ storage: make() })).append('s', [{ n: 1 }])
    const storage = breakable(make())
    const store = new SessionStore(sqlJsDriver({ storage }))
    storage.isBroken = true
    for (const _ of [1, 2]) await expect(store.append('s', [{ n: 2 }])).rejects.toMatchObject(REFUSED)
    storage.isBroken = false
    await store.append('s', [{ n: 2 }])
    expect(await store.read('s')).toEqual([{ n: 1 }, { n: 2 }])
    expect(await new SessionStore(sqlJsDriver({ storage: make() })).read('s')).toEqual([{ n: 1 }, { n: 2 }])
  })

  test('is left alone by changes in memory that are saved later, until they are saved', async () => {
    const make = await filled()
    const storage = breakable(make())
    storage.isBroken = true
    const driver = sqlJsDriver({ storage, saveDelay: 60_000 })
    await driver.batch([insert(LARGE)])
    expect(await values(sqlJsDriver({ storage: make() }))).toEqual(['kept'])
    await expect(driver.close()).rejects.toMatchObject(REFUSED)
    expect(await values(sqlJsDriver({ storage: make() }))).toEqual(['kept'])
  })
})

test('says SAVE_FAILED, and shows nothing that was not saved, where memory cannot go back', async () => {
  const { default: initSqlJs } = await import('sql.js')
  const { Database } = await initSqlJs()
  let isFull = false
  class LimitedDatabase extends Database {
    constructor(image?: Uint8Array) {
      if (isFull) throw new RangeError('out of memory')
      super(image)
    }
  }
  const storage = breakable(storages['a variable that holds the very bytes']!()())
  const driver = sqlJsDriver({ storage, sqlJs: { Database: LimitedDatabase } })
  await driver.batch([TABLE])
  isFull = true
  storage.isBroken = true
  await expect(driver.batch([insert('a')])).rejects.toMatchObject(REFUSED)
  await expect(values(driver)).rejects.toMatchObject({ name: 'StorageError' })
})
