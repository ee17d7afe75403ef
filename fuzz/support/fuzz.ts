import fc from 'fast-check'
import { test } from 'vitest'

/** How long each property is fuzzed. Unset: none is. */
const SECONDS = Number(process.env['PERSQL_TEST_FUZZ'] ?? 0)
/** Set to the seed that a run has printed, to have the same inputs again. */
const SEED = Number(process.env['PERSQL_FUZZ_SEED'] ?? Date.now() % 2 ** 31)

/** A test that checks one input after the other until its time is up, and shrinks the first one that fails. */
export function fuzz<T>(name: string, inputs: fc.Arbitrary<T>, check: (input: T) => Promise<void>): void {
  test.skipIf(!(SECONDS > 0))(
    `${name} (PERSQL_TEST_FUZZ)`,
    async () => {
      let runs = 0
      console.log(`${name}: PERSQL_FUZZ_SEED=${SEED}`)
      const property = fc.asyncProperty(inputs, async (input) => {
        runs += 1
        await check(input)
      })
      await fc.assert(property, {
        seed: SEED,
        numRuns: Number.MAX_SAFE_INTEGER,
        interruptAfterTimeLimit: SECONDS * 1000,
        markInterruptAsFailure: false,
      })
      console.log(`${name}: ${runs} inputs`)
    },
    SECONDS * 1000 + 120_000,
  )
}
