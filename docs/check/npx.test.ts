import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { ROOT } from './pages.ts'

test('nothing in the repository runs pnpm or our commands through npx without --yes, which needs a terminal', () => {
  // Also as the arguments of a program: 'npx', ['pnpm@12'.
  const pattern = `npx['", []+(pnpm|@?persql)`
  const { stdout, status } = spawnSync('git', ['grep', '-nIE', pattern, '--', ':!docs/check'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  expect(stdout).toBe('')
  // Nothing found, and no error.
  expect(status).toBe(1)
})
