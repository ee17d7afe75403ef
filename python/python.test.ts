import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const PYTHON = process.env['PERSQL_TEST_PYTHON']

if (PYTHON === undefined) {
  console.warn('SKIPPED: the Python packages. Set PERSQL_TEST_PYTHON to a Python that has them, and pytest.')
}

test.skipIf(PYTHON === undefined)(
  'the tests of the Python client pass, in local mode and on the server',
  () => {
    const { status, stdout, stderr } = spawnSync(PYTHON ?? '', ['-m', 'pytest', '-q', 'tests'], {
      cwd: join(import.meta.dirname, 'persql'),
      encoding: 'utf8',
    })
    expect(status, stdout + stderr).toBe(0)
    expect(stdout).toMatch(/^\d+ passed in /m)
  },
  300_000,
)

test.skipIf(PYTHON === undefined)('the synchronous Python client is made from the asynchronous one', () => {
  const script = join(import.meta.dirname, 'persql/scripts/make_sync.py')
  const { status, stderr } = spawnSync(PYTHON ?? '', [script, '--check'], { encoding: 'utf8' })
  expect(status, stderr).toBe(0)
})
