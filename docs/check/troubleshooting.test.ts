import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './pages.ts'

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

/** The members of a union of texts, such as `type Code = 'a' | 'b'`. */
function codesOf(path: string, type: string): string[] {
  const [, union = ''] =
    new RegExp(`export type ${type} =([^\\n]*(?:\\n +\\|[^\\n]*)*)`).exec(read(path)) ?? []
  return [...union.matchAll(/'(\w+)'/g)].map(([, code = '']) => code)
}

const STORAGE = codesOf('packages/session-core/src/driver/storage-error.ts', 'StorageErrorCode')
const PERSQL = codesOf('packages/sdk/src/errors/persql-error.ts', 'PerSQLErrorCode')

test('the codes are found', () => {
  expect(STORAGE).toContain('UNAVAILABLE')
  expect(STORAGE).toContain('SESSION_EXISTS')
  expect(PERSQL).toContain('api')
  expect(PERSQL).toContain('closed')
})

test('the troubleshooting page has an entry for each error code, and for nothing else', () => {
  const entries = [...read('docs/troubleshooting.md').matchAll(/^### `(\w+)`$/gm)].map(([, code]) => code)
  expect(entries).toEqual([...STORAGE, ...PERSQL])
})
