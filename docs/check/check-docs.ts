import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkLinks } from './check-links.ts'
import { checkShell } from './check-shell.ts'
import { checkSql } from './check-sql.ts'
import { checkTypeScript, checkVisible } from './check-typescript.ts'
import { codeBlocks } from './code-blocks.ts'
import { pages, ROOT } from './pages.ts'

// Every page of the documentation: its TypeScript compiles, and runs where it is marked so, its SQL runs, its JSON
// parses, and what its links and shell commands name exists. See codeModules() for what the blocks of one page share.
// Pages may be named as arguments.
const [, , ...named] = process.argv
const problems: string[] = []
const blocksOf = new Map<string, ReturnType<typeof codeBlocks>>()
const seen = new Map<string, { markdown: string; blocks: ReturnType<typeof codeBlocks> }>()

for (const page of named.length > 0 ? named : pages()) {
  const markdown = readFileSync(join(ROOT, page), 'utf8')
  const blocks = codeBlocks(markdown)
  blocksOf.set(page, blocks)
  seen.set(page, { markdown, blocks })
  problems.push(
    ...checkLinks(page, markdown),
    ...checkShell(page, markdown, blocks),
    ...(await checkSql(page, blocks)),
  )
  for (const { language, code, line } of blocks) {
    if (language !== 'json') continue
    try {
      JSON.parse(code)
    } catch (error) {
      problems.push(`${page}:${line}: ${(error as Error).message}`)
    }
  }
}
problems.push(...(await checkTypeScript(blocksOf)), ...(await checkVisible(seen)))

for (const problem of problems) console.error(problem)
const count = [...blocksOf.values()].flat().length
console.log(`${count} blocks of code in ${blocksOf.size} pages: ${problems.length || 'no'} problems.`)
process.exitCode = problems.length === 0 ? 0 : 1
