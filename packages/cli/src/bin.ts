#!/usr/bin/env node
import { fileURLToPath } from 'node:url'
import { checkNode } from './check-node.ts'

// Where drivers are looked for that the user has not installed: from here, and not from a link to here.
process.argv[1] = fileURLToPath(import.meta.url)

try {
  checkNode()
  // Older versions cannot parse what this imports, or crash in it.
  const { main } = await import('./main.ts')
  await main()
} catch (error) {
  process.stderr.write(`persql: ${(error as Error).message}\n`)
  process.exitCode = 1
}
