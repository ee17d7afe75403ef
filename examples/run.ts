import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const [, , name = '', ...args] = process.argv
const program = join(import.meta.dirname, name, `${name}.ts`)
if (!existsSync(program)) {
  const names = readdirSync(import.meta.dirname).filter((folder) =>
    existsSync(join(import.meta.dirname, folder, `${folder}.ts`)),
  )
  console.error(`Which example? ${names.filter((folder) => folder !== 'offline-model').join(', ')}`)
  process.exit(1)
}
process.exit(spawnSync(process.execPath, [program, ...args], { stdio: 'inherit' }).status ?? 1)
