import { addCompletion } from './completion.ts'
import { createProgram } from './program.ts'
import { reportError } from './report-error.ts'

/** Runs the command that the arguments of the process name, to its end, and sets the status. */
export async function main(): Promise<void> {
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
}
