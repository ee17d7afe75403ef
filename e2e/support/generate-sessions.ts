import type { SqlDriver } from '@persql/session-core'
import { SessionStore } from '@persql/session-core'
import { runAgents } from './agent-runs.ts'
import { WHO } from './texts.ts'

const TEMPLATES = 42
const CHUNK = 10_000
const DAYS = 85

export interface GenerateOptions {
  readonly sessions: number
  /** The end of time. */
  readonly now: Date
}

/**
 * Fills a database with sessions: a few dozen runs of real agents, multiplied, with new ids, over the last weeks.
 * The same call gives the same sessions.
 */
export async function generateSessions(driver: SqlDriver, { sessions, now }: GenerateOptions): Promise<void> {
  const templates = await runAgents(driver, 'template-', TEMPLATES)
  for (let first = 0; first < sessions; first += CHUNK) {
    const rows = Array.from({ length: Math.min(CHUNK, sessions - first) }, (_, index) => {
      const number = first + index
      return [idOf(number), pick(templates, number), timeOf(number, now)]
    })
    await multiply(driver, JSON.stringify(rows))
  }
  for (const id of templates) {
    await driver.batch([
      { sql: 'delete from agent_messages where session_id = ?', params: [id] },
      { sql: 'delete from agent_sessions where session_id = ?', params: [id] },
    ])
  }
}

/** One session of that many items, made of the same runs. */
export async function generateLongSession(driver: SqlDriver, id: string, items: number): Promise<void> {
  const store = new SessionStore<Record<string, unknown>>(driver)
  const templates = await runAgents(driver, 'part-', TEMPLATES)
  const parts = await Promise.all(templates.map((template) => store.read(template)))
  const written: Record<string, unknown>[] = []
  for (let round = 0; written.length < items; round++) {
    for (const part of parts) {
      // A call and its result are found by their id, so each round needs its own.
      for (const item of part) {
        const { callId } = item
        written.push(typeof callId === 'string' ? { ...item, callId: `${callId}_${round}` } : item)
      }
    }
  }
  await store.append(id, written.slice(0, items))
  for (const template of templates) await store.clear(template)
}

/** `rows`: a JSON array of `[new id, template, time of the last item]`. */
async function multiply(driver: SqlDriver, rows: string): Promise<void> {
  const source = `(select value ->> 0 as id, value ->> 1 as template, value ->> 2 as ended, key from json_each(?)) n`
  await driver.batch([
    {
      sql: `insert into agent_sessions (session_id, created_at, updated_at)
        select n.id, datetime(n.ended, '-10 minutes'), n.ended from ${source} order by n.key`,
      params: [rows],
    },
    {
      sql: `insert into agent_messages (session_id, message_data, created_at)
        select n.id, m.message_data, datetime(n.ended, ((m.id - t.last) * 20) || ' seconds')
        from ${source}
        join (select session_id, max(id) as last from agent_messages group by session_id) t on t.session_id = n.template
        join agent_messages m on m.session_id = n.template
        order by n.key desc, m.id`,
      params: [rows],
    },
  ])
}

function pick<T>(list: readonly T[], number: number): T {
  return list[random(number, 1) % list.length] as T
}

function idOf(number: number): string {
  const who = WHO[random(number, 2) % WHO.length]
  return `${who}-${(random(number, 3) % 0xffffff).toString(36).padStart(5, '0')}-${number}`
}

/** Recent days hold more, and so do working hours. */
function timeOf(number: number, now: Date): string {
  const share = (random(number, 4) % 100_000) / 100_000
  const day = Math.floor(share ** 1.6 * DAYS)
  const hour = 7 + ((random(number, 5) % 100) / 100) ** 0.8 * 13
  const date = new Date(now.getTime() - day * 86_400_000)
  if (date.getUTCDay() % 6 === 0 && random(number, 6) % 3 > 0) date.setUTCDate(date.getUTCDate() - 2)
  date.setUTCHours(Math.floor(hour), random(number, 7) % 60, random(number, 8) % 60, 0)
  const time = Math.min(date.getTime(), now.getTime() - (random(number, 9) % 86_400) * 100)
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ')
}

/** Looks random, and is the same for the same numbers. */
function random(number: number, salt: number): number {
  let value = Math.imul(number + 1, 0x9e3779b1) ^ Math.imul(salt, 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d)
  value = Math.imul(value ^ (value >>> 12), 0x297a2d39)
  return (value ^ (value >>> 15)) >>> 0
}
