import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type CodeModule, codeModules } from './code-blocks.ts'
import { NOT_RUN } from './not-run.ts'
import { type Page, ROOT } from './pages.ts'
import { runInWorker } from './run-in-worker.ts'
import { startStandIns } from './stand-ins.ts'

const exec = promisify(execFile)
const AT_ONCE = 3
const MODEL = join(import.meta.dirname, 'offline-model.ts')

/**
 * Runs the TypeScript of each page in a process of its own: its modules one after the other, in a fresh folder that has
 * the packages, without a key; those for Cloudflare in its engine. Returns what is wrong, with page and line.
 */
export async function runPages(pages: readonly Page[]): Promise<string[]> {
  const problems: string[] = []
  const left = [...pages]
  const work = async () => {
    for (let page = left.shift(); page !== undefined; page = left.shift())
      problems.push(...(await runPage(page)))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return problems
}

async function runPage({ page, blocks }: Page): Promise<string[]> {
  const exceptions = NOT_RUN.filter((exception) => exception.page === page)
  const modules = codeModules(blocks)
  const stale = exceptions.filter(({ code }) => !modules.some((module) => module.code.includes(code)))
  const problems = stale.map(({ code }) => `${page}: no code has "${code}", which NOT_RUN names.`)
  const run = modules.filter((module) => !exceptions.some(({ code }) => module.code.includes(code)))
  return run.length === 0 ? problems : [...problems, ...(await runModules(page, run))]
}

function isWorkers({ code }: CodeModule): boolean {
  return code.includes("'cloudflare:workers'")
}

async function runModules(page: string, modules: readonly CodeModule[]): Promise<string[]> {
  const parent = mkdtempSync(join(realpathSync(tmpdir()), 'page-'))
  const cwd = join(parent, 'reader')
  mkdirSync(cwd)
  symlinkSync(join(ROOT, 'docs/node_modules'), join(cwd, 'node_modules'))
  writeFileSync(join(cwd, 'package.json'), '{ "type": "module" }')
  const standIns = await startStandIns(modules.map(({ code }) => code).join(), parent)
  for (const { line, code } of modules) writeFileSync(join(cwd, `${line}.ts`), standIns.replace(code))
  const hasAgents = modules.some(({ code }) => code.includes("'@openai/agents'"))
  const inWorker = modules.filter(isWorkers)
  const imports = modules
    .filter((module) => !isWorkers(module))
    .map(({ line }) => `await import('./${line}.ts')\n`)
  // Some pages start servers.
  writeFileSync(join(cwd, 'page.ts'), `${imports.join('')}process.exit()`)
  const model = hasAgents ? ['--import', MODEL] : []
  const env = { PATH: process.env['PATH'], HOME: cwd, NODE_NO_WARNINGS: '1', ...standIns.env }
  try {
    const running = exec(process.execPath, [...model, 'page.ts'], {
      cwd,
      env,
      timeout: 120_000,
      killSignal: 'SIGKILL',
    })
    running.child.stdin?.end()
    await running
    if (inWorker.length > 0) await runInWorker(cwd, inWorker, hasAgents ? MODEL : undefined)
    return []
  } catch (error) {
    const { stderr = String(error), killed } = error as { stderr?: string; killed?: boolean }
    const inPage = new RegExp(`(?:file://)?${cwd}/(\\d+)\\.ts`, 'g')
    const [, line = modules[0]!.line] = /reader\/\d+\.ts:(\d+)/.exec(stderr) ?? []
    const said = killed ? 'did not end in time' : stderr.replace(inPage, page).trim()
    return [`${page}:${line}: ${said}`]
  } finally {
    await standIns.close()
    rmSync(parent, { recursive: true, force: true, maxRetries: 5 })
  }
}
