import { expect, test } from 'vitest'
import { openDriver, schemeOf, URL_SCHEMES } from '../src/index.ts'

test.each(['file:///%zz', 'file://agents.db', 'file:///a%2Fb.db', 'file://[/a.db'])(
  'refuses the URL "%s", which names no file here',
  async (url) => {
    await expect(openDriver(url, { readOnly: true })).rejects.toMatchObject({
      name: 'StorageError',
      code: 'INVALID_ARGUMENT',
    })
  },
)

test('says by an example which URLs it takes, where it takes none of that kind', async () => {
  const refused = openDriver('oracle://host/agents')
  await expect(refused).rejects.toThrow('No driver for "oracle:".')
  for (const { example } of URL_SCHEMES) await expect(refused).rejects.toThrow(`"${example}"`)
})

test.each([
  ...URL_SCHEMES.map(({ example, names }) => [example, names[0]]),
  ['FILE:agents.db', 'file'],
  ['agents.db', 'file'],
  [':memory:', 'file'],
  ['c:\\agents.db', 'file'],
  ['oracle://host/agents', undefined],
])('takes "%s" for a URL of %s', (url, name) => {
  expect(schemeOf(url!)?.names[0]).toBe(name)
})
