import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'

// An agent in a Durable Object of its own, in workerd on this machine. The second start finds what the first one stored.
const { outputFiles } = await build({
  entryPoints: [join(import.meta.dirname, 'worker.ts')],
  bundle: true,
  write: false,
  format: 'esm',
  target: 'esnext',
  conditions: ['workerd', 'worker', 'browser'],
  alias: { child_process: 'node:child_process', fs: 'node:fs', path: 'node:path' },
  external: ['node:*', 'cloudflare:*'],
})
const storage = mkdtempSync(join(tmpdir(), 'durable-objects-'))

function start(): Miniflare {
  const key = process.env['OPENAI_API_KEY']
  return new Miniflare({
    modules: [{ type: 'ESModule', path: 'worker.mjs', contents: outputFiles[0]!.text }],
    compatibilityDate: '2026-01-01',
    compatibilityFlags: ['nodejs_compat'],
    bindings: key ? { OPENAI_API_KEY: key } : {},
    durableObjects: { AGENTS: { className: 'AgentObject', useSQLite: true } },
    durableObjectsPersist: storage,
  })
}

async function say(worker: Miniflare, name: string, body: string): Promise<void> {
  const answer = await worker.dispatchFetch(`http://agents/${name}`, { method: 'POST', body })
  console.log(`${name}: ${body}\nagent: ${await answer.text()}`)
}

const first = start()
await say(first, 'ada', 'My favourite colour is teal.')
await say(first, 'linus', 'My favourite colour is grey.')
await first.dispose()

console.log('Started anew.')
const second = start()
await say(second, 'ada', 'What is my favourite colour?')
await say(second, 'grace', 'What is my favourite colour?')
const [items, sessions] = (await (await second.dispatchFetch('http://agents/ada')).json()) as number[]
console.log(`The object of ada holds ${items} items, sessions: ${sessions}.`)
await second.dispose()
rmSync(storage, { recursive: true, force: true })
