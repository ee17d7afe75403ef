import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { json, text } from 'node:stream/consumers'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { expect, onTestFinished, test } from 'vitest'
import { pageSteps } from './page-steps.ts'
import { ROOT } from './pages.ts'

const steps = pageSteps(readFileSync(join(ROOT, 'docs/start.md'), 'utf8'))

/** Speaks as much of the Responses API as a model that repeats what it was told. Resolves with its address. */
async function startResponsesApi(): Promise<string> {
  const server = createServer(async (request, response) => {
    const { input } = (await json(request)) as { input: { role?: string; content: unknown }[] }
    const said = input.filter(({ role }) => role === 'user').map(({ content }) => JSON.stringify(content))
    const output = [
      {
        type: 'message',
        id: `msg_${input.length}`,
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: `I was told: ${said.join(' ')}`, annotations: [] }],
      },
    ]
    const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ id: 'resp_1', object: 'response', status: 'completed', output, usage }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}

// What is installed is linked: compat/ does the same from a registry.
test('the page of the first steps works as it is printed, from an empty folder', async () => {
  let cwd = temporaryFolder()
  const env: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'],
    HOME: cwd,
    NODE_NO_WARNINGS: '1',
    OPENAI_AGENTS_DISABLE_TRACING: '1',
    OPENAI_BASE_URL: await startResponsesApi(),
  }
  const outputs: string[] = []
  for (const step of steps) {
    if ('file' in step) {
      writeFileSync(join(cwd, step.file), step.code)
      continue
    }
    for (const command of step.commands) {
      const [, folder] = /^mkdir (\S+) && cd \1$/.exec(command) ?? []
      const [, name, value] = /^export (\w+)=(\S+)$/.exec(command) ?? []
      if (folder) {
        cwd = join(cwd, folder)
        mkdirSync(cwd)
      } else if (name) {
        env[name] = value
      } else if (command.startsWith('npm install ')) {
        for (const installed of command.split(' ').slice(2)) {
          const target = join(cwd, 'node_modules', installed)
          mkdirSync(join(target, '..'), { recursive: true })
          symlinkSync(join(ROOT, 'docs/node_modules', installed), target)
        }
      } else if (command.startsWith('npm ')) {
        execFileSync('sh', ['-c', command], { cwd, env, stdio: 'ignore' })
      } else {
        const child = spawn('sh', ['-c', command], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] })
        const [output, [status]] = await Promise.all([text(child.stdout), once(child, 'close')])
        expect({ command, status }).toEqual({ command, status: 0 })
        outputs.push(output)
      }
    }
  }
  const [, withKey, , withoutKey, table] = outputs
  for (const answer of [withKey, withoutKey]) expect(answer).toMatch(/^I was told: .*teal.*What is my/)
  expect(table?.match(/'user'/g)).toHaveLength(4)
})
