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
  const pageOfFile = new Map<string, string>()
  const toRun: string[] = []
  for (const [page, blocks] of pages) {
    for (const { code, line, isRun } of codeModules(blocks)) {
      const name = `${page.replace(/\W+/g, '-')}-${line}.ts`
      writeFileSync(join(folder, name), code)
      pageOfFile.set(name, page)
      if (isRun) toRun.push(name)
    }
  }
  const problems = pageOfFile.size === 0 ? [] : await compile(folder)
  for (const name of toRun) problems.push(...(await runFile(join(folder, name))))
  rmSync(folder, { recursive: true })
  return problems.map((text) =>
    text.replace(/(?:[^\s(']*\/)?([\w-]+-\d+\.ts)/g, (path, name: string) => pageOfFile.get(name) ?? path),
  )
}

/**
 * Compiles what a reader sees, without what is hidden. Returns the names that come from hidden code only, where no text
 * of the page, between backquotes, says what they are.
 */
export async function checkVisible(
  pages: ReadonlyMap<string, { readonly markdown: string; readonly blocks: readonly CodeBlock[] }>,
): Promise<string[]> {
  mkdirSync(PARENT, { recursive: true })
  const folder = mkdtempSync(join(PARENT, 'visible-'))
  const pageOfFile = new Map<string, string>()
  for (const [page, { blocks }] of pages) {
    for (const { code, line } of codeModules(blocks.filter(({ isHidden }) => !isHidden))) {
      const name = `${page.replace(/\W+/g, '-')}-${line}.ts`
      writeFileSync(join(folder, name), code)
      pageOfFile.set(name, page)
    }
  }
  const errors = pageOfFile.size === 0 ? [] : await compile(folder)
  rmSync(folder, { recursive: true })
  const problems = errors.flatMap((error) => {
    const [, file = '', line = '', name] =
      /([\w-]+-\d+\.ts)\((\d+),\d+\): error TS\d+: Cannot find name '(\w+)'/.exec(error) ?? []
    const page = pageOfFile.get(file)
    if (page === undefined || name === undefined) return []
    const prose = pages.get(page)!.markdown.replace(/```[\s\S]*?```|<!--[\s\S]*?-->/g, '')
    if (new RegExp(`\`[^\`]*\\b${name}\\b[^\`]*\``).test(prose)) return []
    return [`${page}:${line}: "${name}" is hidden from the reader, and no text says what it is.`]
  })
  return [...new Set(problems)]
}

async function compile(folder: string): Promise<string[]> {
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(CONFIG))
  try {
    await exec(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder, '--pretty', 'false'], { cwd: folder })
    return []
  } catch (error) {
    return (error as { stdout: string }).stdout.trim().split(/\n(?! )/)
  }
}

async function runFile(file: string): Promise<string[]> {
  const cwd = mkdtempSync(join(tmpdir(), 'code-blocks-'))
  const env = { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1' }
  try {
    await exec(process.execPath, [file], { cwd, env, timeout: 60_000 })
    return []
  } catch (error) {
    const { stderr, killed } = error as { stderr: string; killed: boolean }
    return [`${file}: ${killed ? 'did not end in time' : ''}${stderr.trim()}`]
  } finally {
    rmSync(cwd, { recursive: true })
  }
}
