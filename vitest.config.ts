import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'bench/*.test.ts',
      'examples/{,*/}*.test.ts',
      'compat/*.test.ts',
      'docs/check/*.test.ts',
      'e2e/*.test.ts',
      'fuzz/*.test.ts',
      'python/*.test.ts',
    ],
    // Tests wait for other processes as often as for themselves.
    maxWorkers: 2,
    // Nothing is measured here: a machine that others use may stand still for a while.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
  },
})
