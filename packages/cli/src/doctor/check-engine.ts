import { type Database, isRemote } from '../database.ts'
import { type Finding, ok } from './finding.ts'

const ROUND_TRIPS = 5

/** Whether the database answers, and how fast. Throws where it does not. */
export async function checkConnection({ driver }: Database): Promise<Finding & { roundTripMs: number }> {
  const times: number[] = []
  // The first one opens the database.
  await driver.batch([{ sql: 'select count(*) from sqlite_master' }], { readOnly: true })
  for (let trip = 0; trip < ROUND_TRIPS; trip++) {
    const start = performance.now()
    await driver.batch([{ sql: 'select 1' }], { readOnly: true })
    times.push(performance.now() - start)
  }
  const roundTripMs = Number(times.sort((a, b) => a - b)[Math.floor(ROUND_TRIPS / 2)]?.toFixed(3))
  return { ...ok('connection', `a round trip takes ${roundTripMs} ms`), roundTripMs }
}

/** Of a local file: its journal mode, and whether it is sound. */
export async function checkFile({ url, option, driver }: Database): Promise<Finding[]> {
  if (isRemote(url)) return []
  // SQLite counts these pragmas among the statements that may write; the file was opened for reading.
  const [journal] = await driver.batch([{ sql: 'pragma journal_mode' }])
  const [integrity] = await driver.batch([{ sql: 'pragma quick_check(5)' }])
  return [
    checkJournal(url, option, String(journal?.rows[0]?.[0])),
    checkIntegrity((integrity?.rows ?? []).map(String)),
  ]
}

function checkJournal(url: string, option: string, mode: string): Finding {
  const check = 'journal'
  // sql.js keeps the database in memory, and writes whole files.
  if (mode === 'wal' || /^sqljs:/i.test(url)) return ok(check, mode)
  if (mode === 'memory') return ok(check, 'in memory')
  return {
    check,
    status: 'problem',
    message: `${mode}, not WAL: a writer keeps readers waiting`,
    mend: `persql query${option} --write "pragma journal_mode = wal"`,
  }
}

function checkIntegrity(answers: readonly string[]): Finding {
  if (answers.length === 1 && answers[0] === 'ok') return ok('file', 'sound')
  return {
    check: 'file',
    status: 'problem',
    message: `damaged: ${answers.join('; ')}`,
    mend: 'Restore a backup, or save what can be read: sqlite3 damaged.db .recover | sqlite3 new.db',
  }
}
