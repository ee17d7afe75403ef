import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const source = join(import.meta.dirname, '../src')
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
)

test('imports nothing but its own files, so that it runs in browsers and Workers', () => {
  const imported = files.flatMap((name) => {
    const text = readFileSync(join(source, name), 'utf8')
    return [...text.matchAll(/(?:from|import) '([^']+)'/g)].map(([, specifier]) => specifier!)
  })
  expect(imported.length).toBeGreaterThan(50)
  expect(imported.filter((specifier) => !specifier.startsWith('.'))).toEqual([])
})
