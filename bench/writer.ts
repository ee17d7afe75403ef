/**
 * One of several processes that append to one session: `node writer.ts <system>`.
 *
 * Each line of input is a {@link WriterJob}. It opens the file, answers that it is ready, waits for another line,
 * appends until the job is done, and answers with a {@link WriterReport}.
 */
import { createInterface } from 'node:readline'
import type { AgentInputItem } from '@openai/agents-core'
import { markedTurn } from './items.ts'
import type { Store } from './systems/store.ts'

export interface WriterJob {
  readonly file: string
  readonly sessionId: string
  readonly writer: number
  readonly milliseconds: number
  readonly appends: number
  /** Four items to append, under other ids each time. */
  readonly items: readonly AgentInputItem[]
}

export interface WriterReport {
  readonly batches: number
  readonly failed: readonly { batch: number; error: string }[]
  /** The longest append, in milliseconds. */
  readonly longest: number
  readonly elapsed: number
}

const { openStore } = (await import(`./systems/${process.argv[2]}.ts`)) as {
  openStore(file: string): Store | Promise<Store>
}
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()

for (let line = await lines.next(); !line.done; line = await lines.next()) {
  const job = JSON.parse(line.value) as WriterJob
  const store = await openStore(job.file)
  await store.session(`warm-up-${job.writer}`).addItems(markedTurn(job.writer, 0))
  answer({ ready: true })
  await lines.next()
  answer(await write(store, job))
  await store.close()
}

async function write(store: Store, { sessionId, writer, milliseconds, appends }: WriterJob) {
  const session = store.session(sessionId)
  const failed: { batch: number; error: string }[] = []
  let longest = 0
  let batches = 0
  const start = performance.now()
  while (batches < appends && performance.now() - start < milliseconds) {
    const items = markedTurn(writer, batches)
    const before = performance.now()
    try {
      await session.addItems(items)
    } catch (error) {
      failed.push({ batch: batches, error: String(error) })
    }
    longest = Math.max(longest, performance.now() - before)
    batches++
  }
  return { batches, failed, longest, elapsed: performance.now() - start } satisfies WriterReport
}

function answer(message: unknown) {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}
