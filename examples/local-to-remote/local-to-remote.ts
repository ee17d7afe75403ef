import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createServer } from '@persql/server'

// The same program in three environments. Each turn is a process of its own.
const folder = mkdtempSync(join(tmpdir(), 'local-to-remote-'))
const server = await createServer({ data: join(folder, 'server'), port: 0, namespace: 'acme' })

const program = join(import.meta.dirname, 'program.ts')
const environments = {
  'In memory, gone with the process': {
    PERSQL_DATABASE: ':memory:',
  },
  'On a file, there for the next process': {
    PERSQL_DATABASE: `file:${join(folder, 'agents.db')}`,
  },
  'On a server, there for all that reach it': {
    PERSQL_DATABASE: 'acme/agents',
    PERSQL_API_URL: server.url,
    PERSQL_TOKEN: server.adminToken,
  },
}

for (const [title, environment] of Object.entries(environments)) {
  console.log(`${title}:`)
  for (const [name, value = ''] of Object.entries(environment)) {
    console.log(`  ${name}=${name === 'PERSQL_TOKEN' ? `${value.slice(0, 10)}…` : value}`)
  }
  for (const message of ['My favourite colour is teal.', 'What is my favourite colour?']) {
    const env = { ...process.env, ...environment }
    const { stdout } = await promisify(execFile)(process.execPath, [program, message], { env })
    process.stdout.write(stdout)
  }
  console.log()
}

await server.close()
rmSync(folder, { recursive: true })
