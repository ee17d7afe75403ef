import { schemeOf } from '@persql/session-core'
import { type Database, isRemote, pathOf } from '../database.ts'
import { shellWord } from '../terminal/shell-word.ts'
import { type Finding, ok } from './finding.ts'
import { unlessDamaged } from './unless-damaged.ts'

const ROUND_TRIPS = 5
const NAMED = 5

/** Whether the database answers, and how fast. Throws where it does not. */
export async function checkConnection({
  driver,
}: Database): Promise<{ finding: Finding; roundTripMs: number }> {
  const times: number[] = []
  // The first one opens the database.
  const first = driver.dialect === 'postgres' ? 'select 1' : 'select count(*) from sqlite_master'
  await driver.batch([{ sql: first }], { readOnly: true })
  for (let trip = 0; trip < ROUND_TRIPS; trip++) {
    const start = performance.now()
    await driver.batch([{ sql: 'select 1' }], { readOnly: true })
    times.push(performance.now() - start)
  }
  const roundTripMs = Number(times.sort((a, b) => a - b)[Math.floor(ROUND_TRIPS / 2)]?.toFixed(3))
  return { finding: ok('connection', `a round trip takes ${roundTripMs} ms`), roundTripMs }
}

/** The journal mode of a local file. */
export async function checkJournal({ url, option, driver }: Database): Promise<Finding[]> {
  if (isRemote(url)) return []
  const [journal] = await driver.batch([{ sql: 'pragma journal_mode' }], { readOnly: true })
  return [journalFinding(url, option, String(journal?.rows[0]?.[0]))]
}

/** Whether a local file is sound: its pages, its indexes, and that the two agree. */
export async function checkIntegrity({ url, driver }: Database): Promise<Finding[]> {
  if (isRemote(url)) return []
  const [finding] = await unlessDamaged('file', async () => {
    const sql = `pragma integrity_check(${NAMED + 1})`
    const [integrity] = await driver.batch([{ sql }], { readOnly: true })
    const answers = (integrity?.rows ?? []).flatMap(([answer]) => String(answer).split('\n'))
    if (answers.length === 1 && answers[0] === 'ok') return [ok('file', 'sound')]
    const faults = answers.filter((answer) => !answer.startsWith('***'))
    const more = faults.length > NAMED ? '; …' : ''
    return [
      { check: 'file', status: 'problem', message: `damaged: ${faults.slice(0, NAMED).join('; ')}${more}` },
    ]
  })
  return finding ? [{ ...finding, ...(finding.status !== 'ok' && { mend: saving(url) }) }] : []
}

/** How to save a damaged file. */
function saving(url: string): string {
  const file = shellWord(pathOf(url))
  return `Keep the file as it is. Restore a backup, or save what can be read: sqlite3 ${file} .recover | sqlite3 saved.db`
}

function journalFinding(url: string, option: string, mode: string): Finding {
  const check = 'journal'
  // sql.js keeps the database in memory, and writes whole files.
  if (mode === 'wal' || schemeOf(url)?.isCopy) return ok(check, mode)
  if (mode === 'memory') return ok(check, 'in memory')
  return {
    check,
    status: 'problem',
    message: `${mode}, not WAL: a writer keeps readers waiting`,
    mend: `persql query${option} --write "pragma journal_mode = wal"`,
  }
}
