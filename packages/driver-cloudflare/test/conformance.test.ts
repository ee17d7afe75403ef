import { fileURLToPath } from 'node:url'
import { afterAll, test } from 'vitest'
import { runWorker } from './support/run-worker.ts'

/** At least as many as there are tests that ask for one of that name. */
const DATABASES = { DB: 150, OTHER: 60 }

const worker = await runWorker(
  'worker.ts',
  {
    d1Databases: Object.entries(DATABASES).flatMap(([name, length]) =>
      Array.from({ length }, (_, index) => `${name}${index}`),
    ),
    durableObjects: { KIT: { className: 'Kit', useSQLite: true } },
  },
  { vitest: fileURLToPath(new URL('support/collected-tests.ts', import.meta.url)) },
)
afterAll(() => worker.dispose())

const names = (await (await worker.dispatchFetch('http://worker/')).json()) as string[]

test.each(names)('%s', async (name) => {
  const answer = await worker.dispatchFetch(`http://worker/${encodeURIComponent(name)}`)
  const failure = await answer.text()
  if (failure !== '') throw new Error(failure)
})
