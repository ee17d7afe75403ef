import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'

// Packs every public package as it would be published, and checks the tarballs: their manifests and files with
// publint, and with are-the-types-wrong how TypeScript resolves them.
const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'packages-'))
let problems = 0

for (const name of readdirSync(join(root, 'packages'))) {
  const pkgDir = join(root, 'packages', name)
  const destination = join(folder, name)
  execFileSync('pnpm', ['pack', '--pack-destination', destination], { cwd: pkgDir, stdio: 'pipe' })
  const tarball = join(destination, readdirSync(destination)[0]!)

  const { messages, pkg } = await publint({ pkgDir, pack: 'pnpm', strict: true })
  for (const message of messages) console.error(`${name}: ${formatMessage(message, pkg)}`)
  problems += messages.length

  try {
    // The packages are ES modules only, and Node.js 22 and later `require` those.
    execFileSync('attw', [tarball, '--profile', 'esm-only'], { cwd: root, stdio: 'pipe' })
  } catch (error) {
    console.error(`${name}:\n${(error as { stdout: Buffer }).stdout}`)
    problems += 1
  }
}

rmSync(folder, { recursive: true })
console.log(problems === 0 ? 'Packed packages: no problems.' : `Packed packages: ${problems} problems.`)
process.exitCode = problems === 0 ? 0 : 1
