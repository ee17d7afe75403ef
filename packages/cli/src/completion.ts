import { databaseUrlFromEnv, SessionCatalog } from '@persql/session-core'
import type { Command } from 'commander'
import { isRemote, openDatabase } from './database.ts'

const OFFERED = 50
const TIME_MS = 1000

/**
 * Adds `persql complete`, which prints the script for a shell and, called by that, what can stand at the cursor.
 * Where that is a session of a local file, it offers the latest ones.
 */
export async function addCompletion(program: Command): Promise<void> {
  const { default: tab } = await import('@bomb.sh/tab/commander')
  const [command, separator, ...words] = process.argv.slice(2)
  const isAsked = command === 'complete' && separator === '--'
  if (isAsked) shorten(program)
  const completion = tab(program)
  if (!isAsked) return
  const ids = wantsSession(words) ? await latestSessions(words) : []
  for (const { arguments: places } of completion.commands.values()) {
    const place = places.get('session')
    if (!place) continue
    place.handler = (complete) => {
      for (const id of ids) complete(id, '')
    }
  }
}

/** Lists of completions have little room. */
function shorten(command: Command): void {
  if (command.summary()) command.description(command.summary())
  for (const child of command.commands) shorten(child)
}

function wantsSession([first, second]: readonly string[]): boolean {
  return first === 'copy' || (first === 'sessions' && /^(show|fork|delete|export)$/.test(second ?? ''))
}

async function latestSessions(words: readonly string[]): Promise<readonly string[]> {
  const named = words.indexOf(words[0] === 'copy' ? '--from' : '--db')
  const db = named < 0 ? undefined : words[named + 1]
  try {
    // A remote database would be slow, and cost money at each press of a key.
    if (isRemote(db ?? databaseUrlFromEnv())) return []
    const { driver, tables } = await openDatabase({ db }, 'read')
    const page = new SessionCatalog(driver, tables).list({ limit: OFFERED })
    const { sessions } = await Promise.race([page, timeout()])
    await driver.close()
    // Shells would take anything else in an id for something to do.
    return sessions.map(({ sessionId }) => sessionId).filter((id) => /^[\w][\w.@+/-]*$/.test(id))
  } catch {
    return []
  }
}

function timeout(): Promise<never> {
  return new Promise((_, reject) => setTimeout(() => reject(new Error('too slow')), TIME_MS).unref())
}
