import { join } from 'node:path'
import { runWorker } from '@persql/test-support/run-worker'
import { afterAll, test } from 'vitest'

/** At least as many as there are tests that ask for one of that name. */
const DATABASES = { DB: 150, OTHER: 60 }

const worker = await runWorker(
  join(import.meta.dirname, 'support/worker.ts'),
  {
    d1Databases: Object.entries(DATABASES).flatMap(([name, length]) =>
      Array.from({ length }, (_, index) => `${name}${index}`),
    ),
    durableObjects: { KIT: { className: 'Kit', useSQLite: true } },
  },
  { vitest: join(import.meta.dirname, 'support/collected-tests.ts') },
)
afterAll(() => worker.dispose())

const names = (await (await worker.dispatchFetch('http://worker/')).json()) as string[]

test.each(names)('%s', async (name) => {
  const answer = await worker.dispatchFetch(`http://worker/${encodeURIComponent(name)}`)
  const failure = await answer.text()
  if (failure !== '') throw new Error(failure)
})
