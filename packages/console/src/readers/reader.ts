import { Worker } from 'node:worker_threads'
import { openDriver } from '@persql/session-core'
import { DatabaseApi, DESCRIBE } from '../database-api.ts'
import type { ReadCall } from './reader-process.ts'

// The process in which reads run, one after the other. The console ends it by closing the channel, or by killing it.

/** Never carries anything; it closes when the console ends, for whatever reason. */
const LIFELINE = 4

// The signals of a terminal and of a service manager go to all processes; the console decides when a reader ends.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})

// A statement that is still running must not outlive the console.
new Worker(
  `require('node:fs').readSync(${LIFELINE}, Buffer.alloc(1)); process.kill(process.pid, 'SIGKILL')`,
  { eval: true },
)

process.once('uncaughtException', end)

const [, , file = '', program = ''] = process.argv
// The driver's package is looked for where the program that serves the console would find it.
process.argv[1] = program
const driver = await openDriver(`file:${file}`, { readOnly: true })
const api = new DatabaseApi({ driver, name: '', readOnly: true })

process.on('message', async ({ method, path, body }: ReadCall) => {
  process.send?.(await api.answer(method, path, body))
})
process.once('disconnect', async () => {
  await driver.close()
  end()
})

// What a page asks for first, so that its first answer takes no longer than later ones.
const { status } = await api.answer(...DESCRIBE, undefined)
if (status !== 200) end()
process.send?.('ready')

/** `process.exit` would wait for the thread that waits for the lifeline. */
function end(): void {
  process.kill(process.pid, 'SIGKILL')
}
