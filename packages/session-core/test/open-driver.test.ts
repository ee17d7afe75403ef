import { expect, test } from 'vitest'
import { openDriver } from '../src/index.ts'

test.each(['file:///%zz', 'file://agents.db', 'file:///a%2Fb.db', 'file://[/a.db'])(
  'refuses the URL "%s", which names no file here',
  async (url) => {
    await expect(openDriver(url, { readOnly: true })).rejects.toMatchObject({
      name: 'StorageError',
      code: 'INVALID_ARGUMENT',
    })
  },
)
