import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type CodeBlock, codeModules } from './code-blocks.ts'
import { type Page, ROOT } from './pages.ts'

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
  include: ['*.ts', '../../check/cloudflare-workers.d.ts'],
}

/** Compiles the TypeScript of all pages. Returns what is wrong. */
export async function checkTypeScript(pages: readonly Page[]): Promise<string[]> {
  const errors = await compile(pages)
  return errors.map(({ page, text }) => (page === undefined ? text : text.replace(FILE, page)))
}

/**
 * Looks at what the code of a page needs and does not show. Returns the names that no text above them, between
 * backquotes, says anything about, and the hidden code that nothing shown needs.
 */
export async function checkHidden(pages: readonly Page[]): Promise<string[]> {
  const errors = await compile(pages.map((page) => ({ ...page, blocks: page.blocks.filter(isShown) })))
  const missing = errors.flatMap(({ page, text }) => {
    const [, line, name] = MISSING.exec(text) ?? []
    return page === undefined || name === undefined ? [] : [{ page, line: Number(line), name }]
  })
  return pages.flatMap(({ page, markdown, blocks }) => {
    const needed = missing.filter((name) => name.page === page)
    const prose = markdown.replace(/```[\s\S]*?```|<!--[\s\S]*?-->/g, (code) => code.replace(/.+/g, ''))
    const unsaid = needed.filter(({ name, line }) => {
      const above = prose.split('\n').slice(0, line).join('\n')
      return !new RegExp(`\`[^\`\\n]*\\b${name}\\b[^\`\\n]*\``).test(above)
    })
    const idle = blocks.filter(
      ({ language, isHidden, flags, code }) =>
        language === 'ts' &&
        isHidden &&
        !flags.includes('check') &&
        !needed.some(({ name }) => new RegExp(`\\b${name}\\b`).test(code)),
    )
    return [
      ...unsaid.map(({ line, name }) => `${page}:${line}: no text above says what "${name}" is.`),
      ...idle.map(({ line }) => `${page}:${line}: nothing that is shown needs this hidden code.`),
    ]
  })
}

const MISSING =
  /\((\d+),\d+\): error TS\d+: (?:Cannot find name|No value exists in scope for the shorthand property) '(\w+)'/

const FILE = /(?:[^\s(']*\/)?[\w-]+-\d+\.ts/

const isShown = ({ isHidden }: CodeBlock) => !isHidden

interface CompileError {
  /** Undefined where it is about no page. */
  readonly page: string | undefined
  readonly text: string
}

async function compile(pages: readonly Pick<Page, 'page' | 'blocks'>[]): Promise<CompileError[]> {
  mkdirSync(PARENT, { recursive: true })
  const folder = mkdtempSync(join(PARENT, 'check-'))
  const pageOfFile = new Map<string, string>()
  for (const { page, blocks } of pages) {
    for (const { code, line } of codeModules(blocks)) {
      const name = `${page.replace(/\W+/g, '-')}-${line}.ts`
      writeFileSync(join(folder, name), code)
      pageOfFile.set(name, page)
    }
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(CONFIG))
  try {
    if (pageOfFile.size === 0) return []
    await exec(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder, '--pretty', 'false'], { cwd: folder })
    return []
  } catch (error) {
    const texts = (error as { stdout: string }).stdout.trim().split(/\n(?! )/)
    return texts.map((text) => ({ page: pageOfFile.get(FILE.exec(text)?.[0] ?? ''), text }))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
