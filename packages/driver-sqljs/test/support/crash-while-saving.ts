import { fileStorage, sqlJsDriver } from '../../src/index.ts'
import { insert } from './table.ts'

// Writes to the database it is given, and is killed when the new image is about to take the place of the old one.
const path = process.argv[2]!
const driver = sqlJsDriver({ storage: fileStorage(path) })
await driver.batch([insert('first')])
process.getBuiltinModule('node:fs/promises').rename = () => {
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => {})
}
await driver.batch([insert('second')])
