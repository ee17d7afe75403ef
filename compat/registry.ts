import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '@persql/test-support/free-port'
import { runCommand } from './run-command.ts'

export interface Registry {
  readonly url: string
  /** What npm needs in its environment to install from this registry, and to publish to it. */
  readonly env: Readonly<Record<string, string>>
  close(): void
}

// What is not ours comes from the public registry.
const CONFIG = `
storage: ./storage
uplinks:
  npmjs:
    url: https://registry.npmjs.org/
packages:
  '@persql/*':
    access: $all
    publish: $all
  '**':
    access: $all
    proxy: npmjs
log: { type: stdout, format: pretty, level: warn }
`

/** An npm registry of our own, to publish to and to install from as a user does. */
export async function startRegistry(folder: string): Promise<Registry> {
  mkdirSync(folder, { recursive: true })
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/`
  writeFileSync(join(folder, 'config.yaml'), CONFIG)
  writeFileSync(join(folder, 'npmrc'), `registry=${url}\n//127.0.0.1:${port}/:_authToken=anonymous\n`)
  // The override: one of its dependencies asks for a tag that not every mirror of npm has.
  writeFileSync(
    join(folder, 'package.json'),
    '{"private":true,"dependencies":{"verdaccio":"^6.10.4"},"overrides":{"node-fetch":"^2.7.0"}}',
  )
  await runCommand('npm', ['install'], { cwd: folder })
  const verdaccio = spawn(
    process.execPath,
    ['node_modules/verdaccio/bin/verdaccio', '--config', 'config.yaml', '--listen', `127.0.0.1:${port}`],
    { cwd: folder, stdio: 'ignore' },
  )
  await untilAnswering(url, verdaccio)
  const env = { NPM_CONFIG_USERCONFIG: join(folder, 'npmrc'), NPM_CONFIG_REGISTRY: url }
  return { url, env, close: () => verdaccio.kill() }
}

async function untilAnswering(url: string, process: ChildProcess) {
  while (process.exitCode === null) {
    const answer = await fetch(`${url}-/ping`).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('The registry did not start.')
}
