import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createServer } from '@persql/server'

// A program in TypeScript and one in Python talk to one agent in turns. PYTHON names one that has the packages of python/.
const folder = mkdtempSync(join(tmpdir(), 'hand-over-'))
const server = await createServer({ data: join(folder, 'server'), port: 0, namespace: 'acme' })

const places = {
  'Through one file': { PERSQL_DATABASE: `file:${join(folder, 'agents.db')}` },
  'Through a server': {
    PERSQL_DATABASE: 'acme/agents',
    PERSQL_API_URL: server.url,
    PERSQL_TOKEN: server.adminToken,
  },
}

const typescript = [process.execPath, join(import.meta.dirname, 'turn.ts')] as const
const python = [process.env['PYTHON'] ?? 'python3', join(import.meta.dirname, 'turn.py')] as const

for (const [place, environment] of Object.entries(places)) {
  console.log(`${place}:`)
  const env = { ...process.env, ...environment }
  for (const [[command, program], message] of [
    [typescript, 'My favourite colour is teal.'],
    [python, 'What is my favourite colour?'],
    [python, 'My lucky number is 7.'],
    [typescript, 'What is my lucky number?'],
  ] as const) {
    const { stdout } = await promisify(execFile)(command, [program, message], { env })
    process.stdout.write(stdout)
  }
}

await server.close()
rmSync(folder, { recursive: true })
