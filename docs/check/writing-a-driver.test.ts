import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SqlDriver } from '@persql/session-core'
import { describeSqlDriver } from '@persql/session-core/testing'
import { afterAll, expect, test } from 'vitest'
import { codeBlocks } from './code-blocks.ts'
import { ROOT } from './pages.ts'

const page = readFileSync(join(ROOT, 'docs/drivers/writing-a-driver.md'), 'utf8')
const code = codeBlocks(page).find((block) => block.code.includes('export function'))!.code

const parent = join(ROOT, 'docs/.code-blocks')
mkdirSync(parent, { recursive: true })
const folder = mkdtempSync(join(parent, 'driver-'))
writeFileSync(join(folder, 'driver.ts'), code)
const { nodeSqliteDriver } = (await import(join(folder, 'driver.ts'))) as {
  nodeSqliteDriver(path: string): SqlDriver
}

afterAll(() => rmSync(folder, { recursive: true }))

test('the driver on the page has fewer than 80 lines', () => {
  expect(code.trimEnd().split('\n').length).toBeLessThan(80)
})

describeSqlDriver({ name: 'the driver on the page', create: nodeSqliteDriver })

describeSqlDriver({
  name: 'the driver on the page, in memory',
  create: () => nodeSqliteDriver(':memory:'),
  except: [
    { test: 'keeps data after reopening', because: 'the database lives in memory' },
    {
      test: 'shares its database with another driver at the same time',
      because: 'the database lives in memory',
    },
  ],
})
