import { readSync, writeSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { Connections } from './connection/connections.ts'
import { runJob } from './run-job.ts'
import { encodeTextFrame, FrameReader, joined } from './wire/frame.ts'
import type { Job, WorkerLimits } from './wire/job.ts'

// The process in which SQL runs. It takes one job after the other from a pipe and blocks in between: that is the
// shortest way from one process to another. The server ends it by closing the pipe, or by killing it.
const JOBS = 3

/** Never carries anything; it closes when the server ends, for whatever reason. */
const LIFELINE = 4

const CHUNK = 64 * 1024

// The signals of a terminal and of a service manager go to all processes; the server decides when a worker ends.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})

// A statement that is still running must not outlive the server and hold the lock of its database.
new Worker(
  `require('node:fs').readSync(${LIFELINE}, Buffer.alloc(1)); process.kill(process.pid, 'SIGKILL')`,
  { eval: true },
)

const limits = JSON.parse(process.argv[2] ?? '') as WorkerLimits
const connections = new Connections(limits)
const frames = new FrameReader<Job>()

const chunk = Buffer.allocUnsafe(CHUNK)

for (;;) {
  const length = readSync(JOBS, chunk)
  if (length === 0) break
  const frame = frames.push(Buffer.from(chunk.subarray(0, length)))
  if (!frame) continue
  const { head, body } = runJob(connections, frame.head, joined(frame.body), limits)
  writeAll(encodeTextFrame(head, body))
}
connections.closeAll()
// `process.exit` would wait for the thread that waits for the lifeline.
process.kill(process.pid, 'SIGKILL')

function writeAll(bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(JOBS, bytes, written)
}
