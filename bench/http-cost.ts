/**
 * Where the time of a turn over HTTP goes: `node bench/http-cost.ts [turns]` prints the processor time of a turn with
 * nothing stored, by process, for the server and for RAW behind a bare one. Other programs hardly change it.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { TURN } from './items.ts'
import { bareHttpSystem } from './systems/bare-http.ts'
import { remotePersqlSystems } from './systems/remote-persql.ts'
import type { RemoteSystem } from './systems/remote-system.ts'
import { table } from './table.ts'

const TURNS = Number(process.argv[2] ?? 3_000)
const WARM_UP = 1_000
/** The kernel counts in hundredths of a second. */
const TICK = 10_000

// Beside the project, because the folder for temporary files is often in memory, where an fsync costs nothing.
const folder = mkdtempSync(join(import.meta.dirname, 'tmp-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const [persql] = remotePersqlSystems()
const rows = []
for (const system of [bareHttpSystem(), persql!]) rows.push(await costs(system))
console.log(table(['processor time of a turn', 'program', 'server', 'its workers', 'all'], rows))

async function costs(system: RemoteSystem): Promise<string[]> {
  const server = await system.start(join(folder, String(rows.length)))
  const store = server.store('turns')
  const takeTurn = async (turn: number) => {
    const session = store.session(`session-${turn}`)
    await session.getItems()
    await session.addItems(TURN)
  }
  for (let turn = 0; turn < WARM_UP; turn++) await takeTurn(turn)
  const [main, ...workers] = children(process.pid).flatMap((child) => [child, ...children(child)])
  const times = () => [
    process.cpuUsage().user + process.cpuUsage().system,
    processorTime(main),
    workers.reduce((sum, worker) => sum + processorTime(worker), 0),
  ]
  const before = times()
  for (let turn = WARM_UP; turn < WARM_UP + TURNS; turn++) await takeTurn(turn)
  const spent = times().map((time, part) => (time - before[part]!) / TURNS)
  await store.close()
  await server.close()
  const all = spent.reduce((sum, time) => sum + time, 0)
  return [system.name, ...[...spent, all].map((time) => `${time.toFixed(0)} µs`)]
}

function children(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number)
}

/** In user mode and in the kernel, in microseconds. */
function processorTime(pid = 0): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK
}
