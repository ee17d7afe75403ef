import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'examples/{,*/}*.test.ts',
      'compat/*.test.ts',
      'docs/check/*.test.ts',
      'e2e/*.test.ts',
      'fuzz/*.test.ts',
      'python/*.test.ts',
    ],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
