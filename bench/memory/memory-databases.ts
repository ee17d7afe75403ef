import { join } from 'node:path'
import { openMemory } from '@persql/context'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import Database from 'better-sqlite3'
import { type GeneratedMemory, memoryOf, randomWords } from './generated-memories.ts'

/** A database full of facts, and one way to use it. */
export interface MemoryDatabase {
  remember(memory: GeneratedMemory): unknown
  recall(text: string): unknown
  close(): unknown
}

const FILL = `insert into ctx_memory (id, name, description, type, body, created_at, updated_at)
  select 'm_' || key, value ->> 'name', value ->> 'description', value ->> 'type', value ->> 'body', key, key
  from json_each(?)`

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

/** The facts of a database of this size, as JSON. */
function facts(size: number): string {
  const next = randomWords(size)
  return JSON.stringify(Array.from({ length: size }, (_, n) => memoryOf(`${next()} ${next()} ${n}`, next)))
}

export async function memoryByContext(folder: string, size: number): Promise<MemoryDatabase> {
  const driver = betterSqlite3Driver(join(folder, `context-${size}.db`), { synchronous: 'normal' })
  const store = openMemory(driver)
  await store.init()
  await driver.batch([{ sql: FILL, params: [facts(size)] }])
  // Indexes what was filled in past the store.
  await store.init()
  return {
    remember: (memory) => store.remember(memory),
    recall: (text) => store.recall(text),
    close: () => driver.close(),
  }
}

/** What somebody would write for the documented tables. */
export function memoryByHand(folder: string, size: number): MemoryDatabase {
  const db = new Database(join(folder, `by-hand-${size}.db`))
  db.pragma('journal_mode = wal')
  db.pragma('synchronous = normal')
  db.exec(DOCUMENTED)
  db.prepare(FILL).run(facts(size))
  const upsert = db.prepare(UPSERT)
  const recall = db.prepare(RECALL)
  return {
    remember: ({ name, description, type, body }) =>
      upsert.get(`m_${crypto.randomUUID()}`, name, description, type, body, null, Date.now(), Date.now()),
    recall(text) {
      const words = text.split(' ').map((word) => `"${word}"`)
      return recall.all(words.join(' OR '))
    },
    close: () => db.close(),
  }
}
