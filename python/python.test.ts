import { spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { describe, expect, test } from 'vitest'

const PYTHON = process.env['PERSQL_TEST_PYTHON']
const VERSIONS = ['3.10', '3.11', '3.12', '3.13', '3.14']
const PACKAGES = ['persql', 'openai-agents-persql']

/** Others that have the same packages, by their version. */
const others = new Map(
  (process.env['PERSQL_TEST_PYTHONS'] ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((python) => [versionOf(python), python]),
)

if (PYTHON === undefined) {
  console.warn('SKIPPED: the Python packages. Set PERSQL_TEST_PYTHON to a Python that has them, and pytest.')
} else {
  const missing = VERSIONS.filter((version) => version !== versionOf(PYTHON) && !others.has(version))
  if (missing.length > 0) {
    console.warn(`SKIPPED: the Python packages on ${missing.join(', ')}. Set PERSQL_TEST_PYTHONS.`)
  }
}

const newest = VERSIONS.findLast((version) => others.has(version))

describe.each(PACKAGES)('the tests of %s pass', (name) => {
  test.skipIf(PYTHON === undefined)('in full', () => runTests(PYTHON, name), 300_000)

  for (const version of VERSIONS) {
    const python = others.get(version)
    const isShort = version !== newest
    test.skipIf(!python)(
      `on Python ${version}, ${isShort ? 'but for long ones' : 'in full'}`,
      () => runTests(python, name, ...(isShort ? ['-m', 'not long'] : [])),
      300_000,
    )
  }
})

test.skipIf(PYTHON === undefined)('the synchronous Python client is made from the asynchronous one', () => {
  const script = join(import.meta.dirname, 'persql/scripts/make_sync.py')
  const { status, stderr } = spawnSync(PYTHON ?? '', [script, '--check'], { encoding: 'utf8' })
  expect(status, stderr).toBe(0)
})

function runTests(python: string | undefined, name: string, ...options: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(python ?? '', ['-m', 'pytest', '-q', ...options], {
    cwd: join(import.meta.dirname, name),
    encoding: 'utf8',
  })
  expect(status, stdout + stderr).toBe(0)
  expect(stdout).toMatch(/^\d+ passed(, \d+ (skipped|deselected))* in /m)
}

function versionOf(python: string): string {
  const program = 'import sys; print("%d.%d" % sys.version_info[:2])'
  return spawnSync(python, ['-c', program], { encoding: 'utf8' }).stdout.trim()
}
