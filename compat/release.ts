import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Registry } from './registry.ts'
import { runCommand } from './run-command.ts'

const ROOT = join(import.meta.dirname, '..')

/** Makes a release of what is committed, with the commands of the release workflow, and publishes it to a registry. */
export async function publishRelease(folder: string, { env }: Registry): Promise<void> {
  mkdirSync(folder, { recursive: true })
  await runCommand('git', ['clone', '--quiet', ROOT, folder], { cwd: folder })
  const pnpm = (...args: string[]) => runCommand('npx', ['--yes', 'pnpm@12', ...args], { cwd: folder, env })
  await pnpm('install', '--frozen-lockfile')
  await pnpm('changeset', 'version')
  await pnpm('build')
  await pnpm('changeset', 'pack', '--out-dir', 'tarballs')
  await pnpm('changeset', 'publish', '--from-pack-dir', 'tarballs')
}
