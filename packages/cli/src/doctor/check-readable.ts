import { RawSessions } from '@persql/session-core'
import type { Database } from '../database.ts'
import { count } from '../terminal/format.ts'
import { shellWord } from '../terminal/shell-word.ts'
import type { Finding } from './finding.ts'
import { isDamage } from './unless-damaged.ts'

const PAGE = { limit: 500, bytes: 1_000_000 }
const NAMED = 5
/** More would not fit into one command of a shell. */
const COPIED = 200

/** Of a damaged file, which sessions can still be read to their end, and how to copy them. */
export async function checkReadable(database: Database): Promise<Finding[]> {
  const ids = await sessionIds(database)
  const readable: string[] = []
  const broken: string[] = []
  for (const id of ids) {
    if (await isReadable(database, id)) readable.push(id)
    else broken.push(id)
  }
  const named = broken.slice(0, NAMED).map((id) => `"${id}"`)
  const rest = broken.length > NAMED ? ', …' : ''
  const lost = broken.length === 0 ? '' : `; not ${named.join(', ')}${rest}`
  const copied = readable.slice(0, COPIED).map(shellWord)
  return [
    {
      check: 'can be read',
      status: 'warning',
      message: `${readable.length} of ${count(ids.length, 'session')}${lost}`,
      ...(copied.length > 0 && {
        mend: `persql copy --from ${shellWord(database.url)} --to saved.db -- ${copied.join(' ')}`,
      }),
    },
  ]
}

/** From the table or, where that cannot be read, from the index of the items. */
async function sessionIds({ driver, tables }: Database): Promise<string[]> {
  const read = async (table: string) => {
    const [result] = await driver.batch([{ sql: `select distinct session_id from "${table}"` }], {
      readOnly: true,
    })
    return (result?.rows ?? []).map(([id]) => String(id))
  }
  try {
    return await read(tables.sessionsTable)
  } catch (error) {
    if (!isDamage(error)) throw error
    return read(tables.messagesTable)
  }
}

async function isReadable({ driver, tables }: Database, sessionId: string): Promise<boolean> {
  const stored = new RawSessions(driver, tables)
  try {
    const [session] = await stored.get([sessionId])
    let read = 0
    for (let after = 0; ; ) {
      const rows = await stored.readPage(sessionId, { after, ...PAGE })
      read += rows.length
      if (rows.length === 0) return session !== undefined && read === session.items
      after = rows.at(-1)?.rowId ?? after
    }
  } catch (error) {
    if (isDamage(error)) return false
    throw error
  }
}
