import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const bench = (...args: string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, 'bench.ts'), ...args], { encoding: 'utf8' })

test('the benchmark tells its options and what it measures', () => {
  expect(bench('--help')).toMatchObject({
    status: 0,
    stderr: '',
    stdout: expect.stringMatching(/--only[\s\S]*turn-100,/),
  })
})

test.each([[['--nothing']], [['--only', 'nothing']], [['--runs', 'many']], [['nothing']]])(
  '%j is misuse: status 2, and nothing is measured',
  (args) => {
    expect(bench(...args)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('--help') })
  },
)
