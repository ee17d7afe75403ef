import { isStorageError } from '@persql/session-core'
import { fileStorage, sqlJsDriver } from '../../src/index.ts'
import { insert } from './table.ts'

// Adds values to the database it is given, opening it again whenever another process was faster, and prints each one
// that was acknowledged.
const [, , path, name, count] = process.argv
let driver = sqlJsDriver({ storage: fileStorage(path!) })
for (let n = 0; n < Number(count); ) {
  try {
    await driver.batch([insert(`${name}${n}`)])
    console.log(`${name}${n}`)
    n++
  } catch (error) {
    if (!isStorageError(error, 'SAVE_FAILED')) throw error
    driver = sqlJsDriver({ storage: fileStorage(path!) })
  }
}
