import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openDriver, SessionStore } from '@persql/session-core'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { beforeEach, expect, test } from 'vitest'
import { insert, TABLE, values } from './support/table.ts'

let folder: string

beforeEach(() => {
  folder = temporaryFolder()
})

test('reads a file that was opened to look only, and leaves it as it is', async () => {
  const file = join(folder, 'agents.db')
  const writer = await openDriver(`sqljs:${file}`)
  await writer.batch([TABLE, insert('a')])
  await writer.close()
  const before = await readFile(file)

  const reader = await openDriver(`sqljs:${file}`, { readOnly: true })
  expect(await values(reader)).toEqual(['a'])
  expect(await new SessionStore(reader).read('s')).toEqual([])
  await expect(reader.batch([insert('b')])).rejects.toMatchObject({ code: 'READ_ONLY' })
  await expect(reader.batch([insert('b'), insert('c')])).rejects.toMatchObject({ code: 'READ_ONLY' })
  await reader.close()
  expect(await readFile(file)).toEqual(before)
})

test('makes no file that is opened to look only', async () => {
  const file = join(folder, 'agents.db')
  await expect(openDriver(`sqljs:${file}`, { readOnly: true })).rejects.toMatchObject({
    code: 'CANNOT_OPEN',
  })
  expect(await readdir(folder)).toEqual([])
})
