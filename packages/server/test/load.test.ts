import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const LOAD = join(import.meta.dirname, '..', '..', '..', 'bench', 'load.ts')

test('serves 200 sessions on 50 databases at once without an error or a lost item', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [LOAD, '--turns', '1000'])
  expect(JSON.parse(stdout)).toMatchObject({
    sessions: 200,
    databases: 50,
    turns: 1000,
    items: 4000,
    errors: 0,
    wrongConversations: 0,
  })
})
