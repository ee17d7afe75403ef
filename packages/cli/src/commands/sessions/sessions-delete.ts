import { RawSessions, SessionCatalog } from '@persql/session-core'
import type { Command } from 'commander'
import { addJsonOption, defineCommand } from '../../command.ts'
import { addDatabaseOptions, type DatabaseOptions, useSessions } from '../../database.ts'
import { confirm } from '../../terminal/confirm.ts'
import { count } from '../../terminal/format.ts'
import { printJson, printLine } from '../../terminal/print.ts'
import { noSuchSession } from './no-such-session.ts'

interface Options extends DatabaseOptions {
  readonly yes?: true
  readonly json?: true
}

export function sessionsDeleteCommand(parent: Command): void {
  const command = defineCommand(parent, 'delete <session...>', 'Delete sessions with all their items.', [
    'persql sessions delete user-42 user-43 --db agents.db',
  ])
  addJsonOption(addDatabaseOptions(command))
    .option('-y, --yes', 'do not ask')
    .action((sessionIds: string[], options: Options) =>
      useSessions(options, 'write', async ({ driver, tables }) => {
        const found = await new RawSessions(driver, tables).get(sessionIds)
        const missing = sessionIds.find((id) => !found.some(({ sessionId }) => sessionId === id))
        if (missing !== undefined) throw noSuchSession(missing)
        const items = found.reduce((sum, session) => sum + session.items, 0)
        const what = `${count(found.length, 'session')} with ${count(items, 'item')}`
        await confirm(`This deletes ${what}.`, options)
        const catalog = new SessionCatalog(driver, tables)
        for (const { sessionId } of found) await catalog.delete(sessionId)
        if (options.json) return printJson({ deleted: found.map(({ sessionId }) => sessionId), items })
        await printLine(`Deleted ${what}.`)
      }),
    )
}
