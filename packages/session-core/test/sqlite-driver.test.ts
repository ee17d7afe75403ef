import { expect, test } from 'vitest'
import { StorageError } from '../src/index.ts'
import { sqliteDriver } from '../src/sqlite/index.ts'

test('rejects a close with the first error, where closing the engine fails as well', async () => {
  const driver = sqliteDriver({
    open: () => ({
      run: () => ({ columns: [], rows: [] }),
      inTransaction: () => false,
      close() {
        throw new Error('close failed')
      },
    }),
    async beforeClose() {
      throw new StorageError('SAVE_FAILED', 'The save failed.')
    },
  })
  await driver.batch([{ sql: 'select 1' }])
  await expect(driver.close()).rejects.toMatchObject({
    code: 'SAVE_FAILED',
    suppressed: { message: 'close failed' },
  })
})
