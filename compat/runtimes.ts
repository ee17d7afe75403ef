import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from './run-command.ts'

/** Installs `node@22` and the like into a folder of its own, and resolves with the folder of its binaries. */
export async function installRuntime(parent: string, name: string): Promise<string> {
  const folder = join(parent, name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"private":true}')
  await runCommand('npm', ['install', name], { cwd: folder })
  return join(folder, 'node_modules/.bin')
}
