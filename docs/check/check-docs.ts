import { checkLinks } from './check-links.ts'
import { checkShell } from './check-shell.ts'
import { checkSql } from './check-sql.ts'
import { checkHidden, checkTypeScript } from './check-typescript.ts'
import { pages, readPage } from './pages.ts'
import { runPages } from './run-pages.ts'

// Every page of the documentation: its TypeScript compiles and runs as a reader would paste it, its SQL runs, its JSON
// parses, and what its links and shell commands name exists. See codeModules() for what the blocks of one page share.
// Pages may be named as arguments.
const [, , ...named] = process.argv
const problems: string[] = []
const all = (named.length > 0 ? named : pages()).map(readPage)

for (const { page, markdown, blocks } of all) {
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
problems.push(...(await checkTypeScript(all)), ...(await checkHidden(all)), ...(await runPages(all)))

for (const problem of problems) console.error(problem)
const count = all.flatMap(({ blocks }) => blocks).length
console.log(`${count} blocks of code in ${all.length} pages: ${problems.length || 'no'} problems.`)
process.exitCode = problems.length === 0 ? 0 : 1
