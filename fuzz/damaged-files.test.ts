import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sessionTablesSql } from '@persql/session-core'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { beforeAll, expect } from 'vitest'
import { type DatabaseBytes, damage, damaged } from './support/damage.ts'
import { fuzz } from './support/fuzz.ts'
import { type CliRun, runCli } from './support/run-cli.ts'

const BIN = fileURLToPath(new URL('../packages/cli/dist/bin.js', import.meta.url))
const SECRET = 'geheim'
const FOLDER = temporaryFolder((remove) => process.once('exit', remove))

interface Kind {
  readonly pageSize: number
  readonly encoding: string
  readonly journal: 'wal' | 'delete'
  /** Whether the last commits are only in the log. */
  readonly hasLog: boolean
}

const kind: fc.Arbitrary<Kind> = fc.constantFrom(
  { pageSize: 4096, encoding: 'UTF-8', journal: 'wal', hasLog: false },
  { pageSize: 512, encoding: 'UTF-8', journal: 'wal', hasLog: true },
  { pageSize: 1024, encoding: 'UTF-8', journal: 'delete', hasLog: false },
  { pageSize: 1024, encoding: 'UTF-16le', journal: 'delete', hasLog: false },
)

/** SQL that changes the schema behind the back of SQLite. */
const rewriting = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  fc.constantFrom(
    'update sqlite_schema set rootpage = rootpage + 1',
    'update sqlite_schema set rootpage = 9999',
    'update sqlite_schema set rootpage = 1',
    'update sqlite_schema set rootpage = 0',
    'update sqlite_schema set rootpage = -1',
    "update sqlite_schema set rootpage = 2 where type = 'index'",
    "update sqlite_schema set sql = 'create table' where name = 'agent_messages'",
    "update sqlite_schema set sql = null where type = 'table'",
    `update sqlite_schema set sql = 'create table agent_messages (${SECRET} x y z, ' where name = 'agent_messages'`,
    "update sqlite_schema set sql = replace(sql, 'message_data', 'message_date')",
    "update sqlite_schema set sql = replace(sql, 'TEXT', 'TEXT CHECK (length(message_data) > 1e9)')",
    "update sqlite_schema set sql = replace(sql, 'AUTOINCREMENT', '')",
    "update sqlite_schema set sql = replace(sql, 'INTEGER PRIMARY KEY', 'BLOB')",
    "update sqlite_schema set type = 'view' where name = 'agent_sessions'",
    "update sqlite_schema set type = 'trigger' where name = 'agent_messages'",
    "update sqlite_schema set type = 'nothing'",
    "update sqlite_schema set name = 'agent_messages', tbl_name = 'agent_messages'",
    "update sqlite_schema set tbl_name = 'other' where type = 'index'",
    "delete from sqlite_schema where name = 'agent_sessions'",
    "delete from sqlite_schema where type = 'index'",
    "insert into sqlite_schema select * from sqlite_schema where name = 'agent_messages'",
    "insert into sqlite_schema values ('table', 'agent_x', 'agent_x', 99, 'create table agent_x (a)')",
    "insert into sqlite_schema values ('view', 'v', 'v', 0, 'create view v as select * from v')",
    "insert into sqlite_schema values ('trigger', 't', 'agent_messages', 0, 'create trigger t after insert on agent_messages begin select nothing(1); end')",
    'update sqlite_sequence set seq = -5',
    "update sqlite_sequence set seq = 9223372036854775807, name = 'agent_messages'",
    "update sqlite_sequence set seq = 'x'",
  ),
)

const inputs = fc.record({
  kind,
  rewriting,
  damages: fc.array(damage, { minLength: 0, maxLength: 4 }),
})
type Input = typeof inputs extends fc.Arbitrary<infer T> ? T : never

let counter = 0

/** What is sound, to be copied from and imported. */
const GOOD = join(FOLDER, 'good.db')
const EXPORT = join(FOLDER, 'good.jsonl')
beforeAll(async () => {
  const input = {
    kind: { pageSize: 4096, encoding: 'UTF-8', journal: 'delete', hasLog: false },
    rewriting: '',
  }
  copyFileSync(join(make({ ...input, damages: [] } as Input), 'a.db'), GOOD)
  await runCli(['sessions', 'export', '--db', GOOD, '--output', EXPORT])
})

/** A folder with the damaged file, called `a.db`. */
function make({ kind, rewriting, damages }: Input): string {
  const folder = join(FOLDER, String(counter++))
  mkdirSync(folder)
  const original = join(folder, 'original.db')
  const db = new Database(original)
  db.unsafeMode(true)
  db.pragma(`page_size = ${kind.pageSize}`)
  db.pragma(`encoding = '${kind.encoding}'`)
  db.pragma(`journal_mode = ${kind.journal}`)
  db.pragma('wal_autocheckpoint = 0')
  for (const sql of sessionTablesSql('sqlite')) db.exec(sql)
  const add = (session: string, items: number) => {
    db.prepare('insert or ignore into agent_sessions (session_id) values (?)').run(session)
    for (let item = 0; item < items; item++) {
      const content = `${SECRET} ${item} ${'x'.repeat((item * 37) % 700)}`
      const text = JSON.stringify({ role: item % 2 === 0 ? 'user' : 'assistant', content })
      db.prepare('insert into agent_messages (session_id, message_data) values (?, ?)').run(session, text)
    }
  }
  add('s', 20)
  add('other', 5)
  if (kind.journal === 'wal') db.pragma('wal_checkpoint(truncate)')
  if (rewriting !== '') {
    db.pragma('writable_schema = on')
    db.exec(rewriting)
  }
  if (kind.hasLog && rewriting === '') add('late', 5)
  const read = (part: string) => {
    try {
      return readFileSync(original + part)
    } catch {
      return undefined
    }
  }
  const whole: DatabaseBytes = { db: read('')!, wal: kind.hasLog ? read('-wal') : undefined }
  db.close()
  for (const name of readdirSync(folder)) rmSync(join(folder, name))
  put(folder, damaged(whole, kind.pageSize, damages))
  return folder
}

function put(folder: string, { db, wal }: DatabaseBytes): void {
  writeFileSync(join(folder, 'a.db'), db)
  if (wal) writeFileSync(join(folder, 'a.db-wal'), wal)
}

/** Names and bytes; an empty log holds nothing, and the last one to read takes it away. */
const stateOf = (folder: string) =>
  readdirSync(folder)
    .toSorted()
    .map((name) => [name, readFileSync(join(folder, name), 'base64')])
    .filter(([name, bytes]) => name === 'a.db' || bytes !== '')

/** What SQLite itself says, of a copy. */
function isSound(state: readonly (readonly string[])[]): boolean {
  const folder = join(FOLDER, String(counter++))
  mkdirSync(folder)
  for (const [name, bytes] of state) writeFileSync(join(folder, name!), Buffer.from(bytes!, 'base64'))
  try {
    const db = new Database(join(folder, 'a.db'))
    try {
      return db.pragma('integrity_check', { simple: true }) === 'ok'
    } finally {
      db.close()
    }
  } catch {
    return false
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const OURS = ['StorageError', 'UsageError', 'Error']

/** A sentence on one line, a status that is documented, and nothing of what is stored. */
function checkRun({ status, stderr, error }: CliRun, what: string): void {
  expect([0, 1, 2], `${what}: ${stderr}`).toContain(status)
  expect(stderr, what).not.toMatch(/\n\s+at |undefined|\[object|NaN/)
  expect(stderr, what).not.toContain(SECRET)
  if (error === undefined) return
  expect(OURS, `${what}: ${String((error as Error).stack)}`).toContain((error as Error).name)
  expect(stderr, what).toMatch(/^persql: [^\n]+\n$/)
}

const READING = [
  ['sessions', 'list'],
  ['sessions', 'list', '--json'],
  ['sessions', 'show', 's'],
  ['sessions', 'show', 's', '--json', '--last', '3'],
  ['sessions', 'search', 'x'],
  ['sessions', 'search', 'x', '--session', 's'],
  ['sessions', 'stats'],
  ['sessions', 'export'],
  ['query', 'select * from agent_messages', '--json'],
  ['query', 'select * from agent_sessions', '--csv'],
  ['doctor'],
]
const WRITING = [
  ['sessions', 'fork', 's', 'fork', '--through', '3'],
  ['sessions', 'fork', 's', 'whole'],
  ['sessions', 'delete', 's', '--yes'],
  ['query', '--write', "insert into agent_sessions (session_id) values ('new')"],
  ['query', '--write', 'vacuum'],
]

fuzz('commands that read a damaged file say so, and change nothing', inputs, async (input) => {
  const folder = make(input)
  try {
    const db = join(folder, 'a.db')
    const before = stateOf(folder)
    for (const scheme of ['file:', 'sqljs:']) {
      for (const command of READING) {
        const what = `${command.join(' ')} --db ${scheme}`
        const run = await runCli([...command, '--db', scheme + db])
        checkRun(run, what)
        expect(stateOf(folder), what).toEqual(before)
      }
      const { status, stdout, stderr } = await runCli(['doctor', '--json', '--db', scheme + db])
      expect(stdout).not.toContain(SECRET)
      const isFine = stdout !== '' && (JSON.parse(stdout) as { ok: boolean }).ok
      expect(isFine, stdout + stderr).toBe(status === 0)
      if (isFine) expect(isSound(before), stdout).toBe(true)
    }
    const copy = await runCli(['copy', '--from', db, '--to', join(FOLDER, `copy-${counter}.db`)])
    checkRun(copy, 'copy')
    rmSync(join(FOLDER, `copy-${counter}.db`), { force: true })
    expect(stateOf(folder)).toEqual(before)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

fuzz('commands that write to a damaged file work, or say so', inputs, async (input) => {
  const folder = make(input)
  try {
    const before = stateOf(folder)
    for (const scheme of ['file:', 'sqljs:']) {
      for (const command of [
        ...WRITING.map((words) => [...words, '--db', `${scheme}${folder}/a.db`]),
        ['sessions', 'import', EXPORT, '--db', `${scheme}${folder}/a.db`],
        ['copy', '--from', GOOD, '--to', `${scheme}${folder}/a.db`],
      ]) {
        checkRun(await runCli(command), command.join(' '))
        for (const name of readdirSync(folder)) rmSync(join(folder, name))
        for (const [name, bytes] of before) writeFileSync(join(folder, name!), Buffer.from(bytes!, 'base64'))
      }
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

fuzz('a process of its own ends on a damaged file as it does on any other', inputs, async (input) => {
  const folder = make(input)
  try {
    const before = stateOf(folder)
    for (const command of [['sessions', 'list'], ['doctor'], ['mcp', '--read-only']]) {
      const { status, stderr, signal } = spawnSync(
        process.execPath,
        [BIN, ...command, '--db', join(folder, 'a.db')],
        { encoding: 'utf8', input: '', timeout: 60_000 },
      )
      expect([signal, stderr.split('\n').length <= 2], command.join(' ') + stderr).toEqual([null, true])
      checkRun({ status: status ?? -1, stdout: '', stderr, error: undefined }, command.join(' '))
      expect(stateOf(folder), command.join(' ')).toEqual(before)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})
