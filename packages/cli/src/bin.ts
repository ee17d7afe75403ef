#!/usr/bin/env node
import { fileURLToPath } from 'node:url'
import { addCompletion } from './completion.ts'
import { createProgram } from './program.ts'
import { reportError } from './report-error.ts'

// Where drivers are looked for that the user has not installed: from here, and not from a link to here.
process.argv[1] = fileURLToPath(import.meta.url)

// Whoever read the output has had enough, as in `persql sessions list | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

try {
  const program = createProgram()
  await addCompletion(program)
  await program.parseAsync()
} catch (error) {
  process.exitCode = reportError(error)
}
