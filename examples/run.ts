import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const [, , name = '--help', ...args] = process.argv
const programOf = (folder: string) => join(import.meta.dirname, folder, `${folder}.ts`)
const names = readdirSync(import.meta.dirname).filter(
  (folder) => folder !== 'offline-model' && existsSync(programOf(folder)),
)
if (name === '--help' || name === '-h') {
  console.log(`npx --yes pnpm@12 example <name>\n\n${names.map((one) => `  ${one}`).join('\n')}`)
} else if (names.includes(name)) {
  process.exitCode = spawnSync(process.execPath, [programOf(name), ...args], { stdio: 'inherit' }).status ?? 1
} else {
  console.error(`There is no example "${name}". There are ${names.join(', ')}.`)
  process.exitCode = 2
}
