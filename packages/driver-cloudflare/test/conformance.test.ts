import { fileURLToPath } from 'node:url'
import { afterAll, test } from 'vitest'
import { runWorker } from './support/run-worker.ts'

const DATABASES = 60

const worker = await runWorker(
  'worker.ts',
  {
    d1Databases: ['DB', 'OTHER'].flatMap((name) =>
      Array.from({ length: DATABASES }, (_, index) => `${name}${index}`),
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
