import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { context } from '@persql/context'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import Database from 'better-sqlite3'

// What a memory costs beyond the SQL that somebody would write by hand for the documented tables, and how it grows.
// Everything is measured in turns, within one run: node bench/memory/memory-speed.ts
const SIZES = [1000, 100_000]
const ROUNDS = 15
const WARM_UP = 5
const WRITES_PER_ROUND = 20
const READS_PER_ROUND = 10

/** The documented tables, and nothing more. */
const DOCUMENTED = `
  create table ctx_memory (id TEXT primary key, name TEXT not null unique, description TEXT not null default '',
    type TEXT not null default 'project', body TEXT not null, source TEXT, created_at INTEGER, updated_at INTEGER);
  create virtual table ctx_memory_fts using fts5(name, description, body, content='ctx_memory',
    content_rowid='rowid', tokenize='porter unicode61');
  create trigger ctx_memory_ai after insert on ctx_memory begin
    insert into ctx_memory_fts(rowid, name, description, body)
    values (new.rowid, new.name, new.description, new.body); end;
  create trigger ctx_memory_ad after delete on ctx_memory begin
    insert into ctx_memory_fts(ctx_memory_fts, rowid, name, description, body)
    values ('delete', old.rowid, old.name, old.description, old.body); end;
  create trigger ctx_memory_au after update on ctx_memory begin
    insert into ctx_memory_fts(ctx_memory_fts, rowid, name, description, body)
    values ('delete', old.rowid, old.name, old.description, old.body);
    insert into ctx_memory_fts(rowid, name, description, body)
    values (new.rowid, new.name, new.description, new.body); end;`

const UPSERT = `
  insert into ctx_memory (id, name, description, type, body, source, created_at, updated_at)
  values (?, ?, ?, ?, ?, ?, ?, ?)
  on conflict (name) do update set description = excluded.description, type = excluded.type, body = excluded.body,
    updated_at = excluded.updated_at
  returning *`

const RECALL = `
  select m.*, bm25(ctx_memory_fts, 3, 2, 1) as score
  from ctx_memory_fts join ctx_memory m on m.rowid = ctx_memory_fts.rowid
  where ctx_memory_fts match ? order by score limit 10`

/** The same numbers from 0 to 1 in every run (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const SYLLABLES = [
  'ba',
  'cen',
  'do',
  'fir',
  'gul',
  'hem',
  'jo',
  'kan',
  'lem',
  'mi',
  'nor',
  'pe',
  'ras',
  'sul',
  'ten',
  'vo',
]

/** A word of the rank: the more frequent, the shorter, as in languages. */
function word(rank: number): string {
  let text = ''
  for (let rest = rank + SYLLABLES.length; rest > 0; rest = Math.floor(rest / SYLLABLES.length)) {
    text += SYLLABLES[rest % SYLLABLES.length]
  }
  return text
}

/** 30,000 words by Zipf's law, which is how often words are used. */
function vocabulary(random: () => number): () => string {
  const count = 30_000
  return () => word(Math.floor(Math.exp(random() * Math.log(count))) - 1)
}

function memoryOf(name: string, next: () => string) {
  const words = (count: number) => Array.from({ length: count }, next).join(' ')
  return { name, description: words(6), type: 'project', body: words(30) } as const
}

interface Subject {
  remember(memory: ReturnType<typeof memoryOf>): unknown
  recall(text: string): unknown
}

const folder = mkdtempSync(join(tmpdir(), 'memory-speed-'))
const closers: (() => unknown)[] = []

async function subjects(size: number): Promise<{ product: Subject; byHand: Subject }> {
  const random = seededRandom(size)
  const next = vocabulary(random)
  const rows = Array.from({ length: size }, (_, n) => memoryOf(`${next()} ${next()} ${n}`, next))
  const fill = `insert into ctx_memory (id, name, description, type, body, created_at, updated_at)
    select 'm_' || key, value ->> 'name', value ->> 'description', value ->> 'type', value ->> 'body', key, key from json_each(?)`

  const driver = betterSqlite3Driver(join(folder, `product-${size}.db`), { synchronous: 'normal' })
  const store = context(driver)
  await store.init()
  await driver.batch([{ sql: fill, params: [JSON.stringify(rows)] }])

  const db = new Database(join(folder, `by-hand-${size}.db`))
  db.pragma('journal_mode = wal')
  db.pragma('synchronous = normal')
  db.exec(DOCUMENTED)
  db.prepare(fill).run(JSON.stringify(rows))
  const upsert = db.prepare(UPSERT)
  const recall = db.prepare(RECALL)
  closers.push(
    () => driver.close(),
    () => db.close(),
  )
  return {
    product: store,
    byHand: {
      remember: ({ name, description, type, body }) =>
        upsert.get(`m_${crypto.randomUUID()}`, name, description, type, body, null, Date.now(), Date.now()),
      recall: (text) =>
        recall.all(
          text
            .split(' ')
            .map((part) => `"${part}"`)
            .join(' OR '),
        ),
    },
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!
}

/**
 * Runs each in turn, round by round, and gives the median of each: milliseconds of processor time, which other
 * programs on the machine do not change.
 */
async function inTurns(
  runs: Record<string, (round: number) => Promise<void>>,
): Promise<Record<string, number>> {
  const times: Record<string, number[]> = {}
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(runs)) {
      const start = process.cpuUsage()
      await run(round)
      const { user, system } = process.cpuUsage(start)
      times[name] ??= []
      if (round >= 0) times[name].push((user + system) / 1000)
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]))
}

try {
  const [small, large] = [await subjects(SIZES[0]!), await subjects(SIZES[1]!)]
  const next = vocabulary(seededRandom(7))
  const written = Array.from({ length: (ROUNDS + WARM_UP) * WRITES_PER_ROUND }, (_, n) =>
    memoryOf(`new ${next()} ${n}`, next),
  )
  const rare = (n: number) => word(2000 + n * 47)
  const middle = (n: number) => word(150 + n * 5)
  const frequent = (n: number) => word(n)
  const queries: Record<string, (n: number) => string> = {
    'one rare word': (n) => rare(n),
    'a question of six words': (n) =>
      [frequent(n % 5), frequent(8 + (n % 50)), middle(n), middle(n + 20), rare(n), rare(n + 9)].join(' '),
    'three middling words': (n) => [middle(n), middle(n + 20), middle(n + 40)].join(' '),
    'three frequent words': (n) =>
      [frequent(n % 5), frequent(8 + (n % 7)), frequent(20 + (n % 50))].join(' '),
  }

  const writing = (subject: Subject) => async (round: number) => {
    const start = (round + WARM_UP) * WRITES_PER_ROUND
    for (const memory of written.slice(start, start + WRITES_PER_ROUND)) await subject.remember(memory)
  }
  const table: Record<string, Record<string, string>> = {}
  const write = await inTurns({ product: writing(large.product), byHand: writing(large.byHand) })
  table['remember'] = {
    'at 100,000': `${(write['product']! / WRITES_PER_ROUND).toFixed(3)} ms`,
    'by hand': `${(write['byHand']! / WRITES_PER_ROUND).toFixed(3)} ms`,
    'against by hand': (write['product']! / write['byHand']!).toFixed(2),
  }
  const sum = { product: 0, byHand: 0, small: 0 }
  const row = ({ product, byHand, small }: typeof sum) => ({
    'at 100,000': `${product.toFixed(2)} ms`,
    'by hand': `${byHand.toFixed(2)} ms`,
    'against by hand': (product / byHand).toFixed(2),
    'at 1,000': `${small.toFixed(2)} ms`,
    'against 1,000': (product / small).toFixed(2),
  })
  for (const [title, query] of Object.entries(queries)) {
    const reading = (subject: Subject) => async (round: number) => {
      for (let n = 0; n < READS_PER_ROUND; n++) {
        await subject.recall(query((round + WARM_UP) * READS_PER_ROUND + n))
      }
    }
    const read = await inTurns({
      product: reading(large.product),
      byHand: reading(large.byHand),
      small: reading(small.product),
    })
    const [product, byHand, atSmall] = ['product', 'byHand', 'small'].map(
      (name) => read[name]! / READS_PER_ROUND,
    )
    const times = { product: product!, byHand: byHand!, small: atSmall! }
    for (const name of ['product', 'byHand', 'small'] as const) sum[name] += times[name]
    table[`recall, ${title}`] = row(times)
  }
  table['recall, one of each'] = row(sum)
  console.table(table)
} finally {
  for (const close of closers) await close()
  rmSync(folder, { recursive: true, force: true })
}
