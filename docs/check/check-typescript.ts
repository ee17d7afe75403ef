import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type CodeBlock, codeModules } from './code-blocks.ts'
import { ROOT } from './pages.ts'

const exec = promisify(execFile)

// Below this folder, modules find the packages that this workspace depends on.
const PARENT = join(import.meta.dirname, '../.code-blocks')

const CONFIG = {
  extends: '../../../tsconfig.base.json',
  compilerOptions: {
    noEmit: true,
    allowImportingTsExtensions: true,
    moduleDetection: 'force',
    // As `tsc --init` leaves it, in code that people copy.
    noPropertyAccessFromIndexSignature: false,
    skipLibCheck: true,
    types: ['node'],
    lib: ['es2024', 'esnext.disposable', 'dom'],
  },
  include: ['*.ts'],
}

/** Compiles the TypeScript of all pages, and runs what is marked `run` in an empty folder. Returns what is wrong. */
export async function checkTypeScript(pages: ReadonlyMap<string, readonly CodeBlock[]>): Promise<string[]> {
  mkdirSync(PARENT, { recursive: true })
  const folder = mkdtempSync(join(PARENT, 'check-'))
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(CONFIG))
  const names = new Map<string, string>()
  const toRun: string[] = []
  for (const [page, blocks] of pages) {
    for (const { code, line, isRun } of codeModules(blocks)) {
      const name = `${page.replace(/\W+/g, '-')}-${line}.ts`
      writeFileSync(join(folder, name), code)
      names.set(name, page)
      if (isRun) toRun.push(name)
    }
  }
  const inPages = (text: string) =>
    text.replace(/(?:[^\s(']*\/)?([\w-]+-\d+\.ts)/g, (path, name: string) => names.get(name) ?? path)

  const problems: string[] = []
  try {
    await exec(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder, '--pretty', 'false'], { cwd: folder })
  } catch (error) {
    problems.push(inPages((error as { stdout: string }).stdout.trim()))
  }
  for (const name of toRun) {
    const cwd = mkdtempSync(join(tmpdir(), 'code-blocks-'))
    const env = { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1' }
    try {
      await exec(process.execPath, [join(folder, name)], { cwd, env, timeout: 60_000 })
    } catch (error) {
      const { stderr, killed } = error as { stderr: string; killed: boolean }
      problems.push(inPages(`${join(folder, name)}: ${killed ? 'did not end' : ''}${stderr.trim()}`))
    }
    rmSync(cwd, { recursive: true })
  }
  rmSync(folder, { recursive: true })
  return problems
}
