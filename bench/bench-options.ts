import { parseArgs } from 'node:util'
import { remoteWorkloadGroup, workloadGroups } from './workloads.ts'

/** What is measured beside the workloads. */
const PARTS = [
  ...['writers', 'fsyncs', 'remote-appends', 'remote-neighbours', 'remote-requests', 'remote-bytes', 'cache'],
  ...['memory-speed', 'memory-quality', 'transfer', 'runs', 'search', 'console'],
]

const USAGE = `npx --yes pnpm@12 bench [options]

  --quick         fewer samples, a few minutes; rougher
  --only <name>   only what begins so
  --runs <count>  as often, each time in a process of its own (default: 1)
  --check         ends with status 1 after a gross regression
  --help
`

/** The options of the program. Ends it where they ask for help, with status 0, or make no sense, with status 2. */
export function benchOptions() {
  try {
    const { values } = parseArgs({
      options: {
        quick: { type: 'boolean', default: false },
        check: { type: 'boolean', default: false },
        only: { type: 'string' },
        runs: { type: 'string', default: '1' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    if (values.help) {
      console.log(`${USAGE}\nNames: ${names().join(', ')}`)
      process.exit()
    }
    const { only, runs } = values
    if (only !== undefined && !names().some((name) => name.startsWith(only))) {
      throw new TypeError(`Nothing that is measured begins with "${only}". There are ${names().join(', ')}.`)
    }
    if (!/^[1-9]\d?$/.test(runs)) throw new TypeError('--runs must be a whole number from 1 to 99.')
    return { ...values, runs: Number(runs) }
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`)
    process.exit(2)
  }
}

function names(): string[] {
  const workloads = [...workloadGroups(), remoteWorkloadGroup()].flatMap((group) => group.workloads)
  return [...workloads.map(({ key }) => key), ...PARTS]
}
