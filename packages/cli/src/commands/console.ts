import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import { portNumber } from '../arguments.ts'
import { defineCommand } from '../command.ts'
import { type DatabaseOptions, fileOf, nameOf, openDatabase, refuseUnreadable } from '../database.ts'
import { loadPackage } from '../load-package.ts'
import { openBrowser } from '../terminal/open-browser.ts'
import { note, printLine } from '../terminal/print.ts'
import { untilStopped } from '../until-interrupted.ts'
import { throwAsMisuse } from '../usage-error.ts'

interface Options extends DatabaseOptions {
  readonly port?: number
  readonly host?: string
  readonly readOnly?: true
  readonly open: boolean
}

export function consoleCommand(program: Command): void {
  defineCommand(
    program,
    'console',
    'Open the web console on a database, in the browser. The address that it prints opens it once, in one browser of this machine.',
    ['persql console --db agents.db', 'persql console --db persql://acme/agents --read-only'],
  )
    .option('--db <url>', 'URL or path of the database (default: PERSQL_DATABASE)')
    .option('--port <number>', 'default: a free one', portNumber)
    .option('--host <address>', 'a loopback address (default: 127.0.0.1)')
    .option('--read-only', 'refuse everything that would write')
    .option('--no-open', 'print the address only (default where there is no terminal or no display)')
    .action(async ({ port, host, readOnly, open, ...options }: Options) => {
      const { startConsole } = await loadPackage('@persql/console', () => import('@persql/console'))
      await refuseUnreadable(options)
      const { driver, url } = await openDatabase(options, readOnly ? 'read' : 'write')
      try {
        const name = nameOf(url)
        const served = { driver, file: fileOf(url), name, port, host, readOnly }
        const console = await startConsole(served).catch(throwAsMisuse)
        await printLine(console.url)
        if (open && (await openBrowser(console.url))) note('Opened in the browser.')
        note('Enter prints a fresh address, Ctrl-C ends it.')
        const lines = createInterface({ input: process.stdin })
        lines.on('line', () => void printLine(console.freshUrl()))
        await untilStopped()
        lines.close()
        await console.close()
      } finally {
        await driver.close()
      }
    })
}
