import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startProcess } from '@persql/test-support/start-process'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { expect, test } from 'vitest'
import type { LogEntry } from '../src/index.ts'
import { startServer } from './support/test-server.ts'

const schemathesis = process.env['PERSQL_TEST_SCHEMATHESIS']
const EXAMPLES = 100
const SEED = 1

const EXCLUDED = [
  // A request can be right by its schema and still be refused, such as SQL that does not parse.
  'positive_data_acceptance',
  // It looks for what it has made, and is told below to look for something else.
  'ensure_resource_availability',
]

if (schemathesis === undefined) {
  console.warn('SKIPPED: Schemathesis. Set PERSQL_TEST_SCHEMATHESIS to its executable.')
}

test.skipIf(schemathesis === undefined)(
  'answers what Schemathesis makes of the OpenAPI document as the document says',
  async () => {
    const entries: LogEntry[] = []
    const { server, admin, call, query } = await startServer({ log: (entry) => entries.push(entry) })
    await query('main', 'create table users (id integer primary key, name text)')
    await call('POST', '/v1/databases', { name: 'spare', slug: 'spare' })
    const spare = await call('POST', '/v1/tokens', { name: 'spare' })

    // What is deleted is not what all other calls need.
    const config = join(temporaryFolder(), 'schemathesis.toml')
    const parameters = { ns: 'acme', db: 'main', slug: 'spare', id: spare.body.data.id }
    const lines = Object.entries(parameters).map(([name, value]) => `"path.${name}" = "${value}"`)
    writeFileSync(config, `[parameters]\n${lines.join('\n')}\n`)
    const [code, output] = await run([
      ...['--config-file', config, '--no-color', 'run', `${server.url}/api/openapi.json`],
      ...['--header', `Authorization: Bearer ${admin}`, '--max-examples', String(EXAMPLES)],
      ...[
        '--seed',
        String(SEED),
        '--continue-on-failure',
        '--checks',
        'all',
        '--exclude-checks',
        EXCLUDED.join(),
      ],
    ])
    expect(code, output).toBe(0)
    const requests = entries.filter(({ event }) => event === 'request')
    expect(requests.length).toBeGreaterThan(1000)
    expect(entries.filter(({ level }) => level !== 'info')).toEqual([])
  },
  600_000,
)

async function run(options: string[]): Promise<[code: number | null, output: string]> {
  const running = startProcess(schemathesis ?? '', options, { cwd: temporaryFolder() })
  return [await running.ended, running.output]
}
