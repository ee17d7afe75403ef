import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import { expect, test } from 'vitest'
import { browserCommand, type Surroundings } from '../src/terminal/open-browser.ts'
import { seed, user } from './support/seed.ts'

const AT_A_DESK: Surroundings = { platform: 'linux', env: { DISPLAY: ':0' }, isTerminal: true }

test.each<[string, Partial<Surroundings>, string[] | undefined]>([
  ['on a desktop', {}, ['xdg-open', 'URL']],
  ['on Wayland', { env: { WAYLAND_DISPLAY: 'wayland-0' } }, ['xdg-open', 'URL']],
  ['on macOS', { platform: 'darwin', env: {} }, ['open', 'URL']],
  ['on Windows', { platform: 'win32', env: {} }, ['rundll32', 'url.dll,FileProtocolHandler', 'URL']],
  ['in the browser that is named', { env: { BROWSER: 'lynx' } }, ['lynx', 'URL']],
  ['without a terminal', { isTerminal: false }, undefined],
  ['without a display', { env: {} }, undefined],
  ['over SSH', { env: { DISPLAY: ':0', SSH_CONNECTION: '1 2 3 4' } }, undefined],
  ['in CI', { env: { DISPLAY: ':0', CI: 'true' } }, undefined],
  ['where no browser is wanted', { env: { DISPLAY: ':0', BROWSER: 'none' } }, undefined],
])('the browser %s', (_, surroundings, command) => {
  expect(browserCommand('URL', { ...AT_A_DESK, ...surroundings })).toEqual(command)
})

/** The command of util-linux that gives a program a terminal. */
const SCRIPT = '/usr/bin/script'

test.skipIf(process.platform !== 'linux' || !existsSync(SCRIPT)).each([
  ['opens its address in the browser', '', true],
  ['opens nothing with --no-open', '--no-open', false],
])('the console in a terminal %s', async (_, option, isOpened) => {
  const path = temporaryPaths()
  await seed(path('a.db'), { s: [user('hi')] })
  // Notes the address it was given.
  writeFileSync(path('browser'), `#!/bin/sh\nprintf %s "$1" > "${path('address')}"\n`, { mode: 0o755 })
  const bin = new URL('../dist/bin.js', import.meta.url).pathname
  const command = `"${process.execPath}" "${bin}" console --db "${path('a.db')}" ${option}`
  const { CI: _ci, SSH_CONNECTION: _ssh, ...env } = process.env
  const child = spawn(SCRIPT, ['-qec', command, '/dev/null'], {
    env: { ...env, BROWSER: path('browser') },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let shown = ''
  child.stdout.on('data', (data) => {
    shown += data
  })
  await expect.poll(() => shown, { timeout: 20_000 }).toContain('Ctrl-C ends it.')
  expect(shown.includes('Opened in the browser.')).toBe(isOpened)
  if (isOpened) {
    const address = () => (existsSync(path('address')) ? readFileSync(path('address'), 'utf8') : '')
    await expect.poll(address, { timeout: 20_000 }).not.toBe('')
    expect(shown).toContain(address())
  }
  child.stdin.write('\u0003')
  await once(child, 'exit')
  expect(existsSync(path('address'))).toBe(isOpened)
})
