import { databaseUrlFromEnv, SessionCatalog } from '@persql/session-core'
import type { Command } from 'commander'
import { isRemote, openDatabase } from './database.ts'

const OFFERED = 50
const TIME_MS = 1000
/** The name of an argument that is a session. */
const SESSION = 'session'
/** The options that name the database of such a session. */
const SOURCES = ['--from', '--db']

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
  const asked = commandOf(program, words)
  const takesSession = asked.registeredArguments.some((argument) => argument.name() === SESSION)
  const ids = takesSession ? await latestSessions(asked, words) : []
  for (const { arguments: places } of completion.commands.values()) {
    const place = places.get(SESSION)
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

/** The command that words begin with. */
function commandOf(program: Command, words: readonly string[]): Command {
  const [word, ...rest] = words
  const command = program.commands.find((command) => command.name() === word)
  return command ? commandOf(command, rest) : program
}

async function latestSessions(command: Command, words: readonly string[]): Promise<readonly string[]> {
  const option = SOURCES.find((name) => command.options.some(({ long }) => long === name)) ?? ''
  const named = words.indexOf(option)
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
