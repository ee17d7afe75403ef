import { join } from 'node:path'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { expect, onTestFinished, test, vi } from 'vitest'
import { betterSqlite3Driver } from '../src/index.ts'

const { version } = process.getBuiltinModule('node:module').createRequire(import.meta.url)(
  'better-sqlite3/package.json',
) as { version: string }

/** Lets the program believe that it runs on another Node.js. */
function onNode(node: string) {
  vi.spyOn(process, 'versions', 'get').mockReturnValue({ ...process.versions, node })
  onTestFinished(() => {
    vi.restoreAllMocks()
  })
}

test.each(['20.20.2', '18.0.0', '21.7.3'])(
  'says what is needed on Node.js %s, where better-sqlite3 would end the process',
  async (node) => {
    onNode(node)
    for (const path of [':memory:', join(temporaryFolder(), 'agents.db')]) {
      await expect(betterSqlite3Driver(path).batch([{ sql: 'select 1' }])).rejects.toMatchObject({
        name: 'StorageError',
        code: 'CANNOT_OPEN',
        message: expect.stringMatching(`better-sqlite3 ${version} needs Node.js 22 .* Node.js ${node}\\.`),
      })
    }
  },
)

test.each(['22.0.0', '24.1.0', '100.0.0'])('works on Node.js %s', async (node) => {
  onNode(node)
  const driver = betterSqlite3Driver(':memory:')
  expect((await driver.batch([{ sql: 'select 1' }]))[0]?.rows).toEqual([[1]])
  await driver.close()
})
