import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '@persql/test-support/free-port'
import { startProcess } from '@persql/test-support/start-process'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { expect, onTestFinished, test } from 'vitest'
import { pageSteps } from './page-steps.ts'
import { ROOT } from './pages.ts'

// Docker itself is not needed: what the image runs is run here.
test('the image starts the server with options that it has, and knows whether it is well', async () => {
  const steps = pageSteps(readFileSync(join(ROOT, 'docs/guides/docker.md'), 'utf8'))
  const [file] = steps.flatMap((step) => ('file' in step ? [step] : []))
  expect(file?.file).toBe('Dockerfile')
  const command = (name: string) =>
    JSON.parse(new RegExp(`^${name} (\\[.*\\])$`, 'm').exec(file!.code)![1]!) as [string, ...string[]]
  const [program, ...args] = command('CMD')
  const [node, option, code] = command('HEALTHCHECK CMD')
  expect([program, node, option]).toEqual(['node_modules/.bin/persql-server', 'node', '-e'])

  const port = String(await freePort())
  const folder = temporaryFolder()
  const bin = join(ROOT, 'packages/server/dist/bin.js')
  const given = args.map((arg) => arg.replace(/^\/data/, folder))
  const server = startProcess(process.execPath, [bin, ...given, '--port', port], { cwd: folder })
  onTestFinished(() => server.stop('SIGKILL'))
  await server.printed(/\/reference\n/)
  const health = () => spawnSync(process.execPath, ['-e', code!.replace('8787', port)]).status
  expect(health()).toBe(0)
  await server.stop()
  expect(health()).toBe(1)
})
