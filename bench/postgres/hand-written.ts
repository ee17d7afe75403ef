import { once } from 'node:events'
import pg from 'pg'

type Item = Record<string, unknown>

/** Sessions as one would write them by hand for `pg`: prepared, pipelined, one write to the socket for a transaction. */
export interface HandWritten {
  read(session: string, limit?: number): Promise<Item[]>
  append(session: string, items: readonly Item[]): Promise<void>
  close(): Promise<void>
}

const READ = 'select message_data from agent_messages where session_id = $1 order by id'
const LATEST = `select message_data from agent_messages where session_id >= $1 and session_id <= $1
  order by session_id desc, id desc limit $2`
const TOUCH = `insert into agent_sessions (session_id) values ($1) on conflict (session_id)
  do update set session_id = excluded.session_id, updated_at = clock_timestamp() at time zone 'UTC'`
const ADD = `insert into agent_messages (session_id, message_data, created_at)
  select $1, text, (select greatest(clock_timestamp() at time zone 'UTC',
    (select created_at from agent_messages where session_id >= $1 and session_id <= $1
      order by session_id desc, id desc limit 1)))
  from unnest($2::text[]) with ordinality as given (text, place) order by place`

/** On one connection, or on a pool of several. */
export async function handWritten(url: string, connections = 1): Promise<HandWritten> {
  const clients = Array.from(
    { length: connections },
    () => new pg.Client({ connectionString: url, pipeline: true } as pg.ClientConfig),
  )
  for (const client of clients) await client.connect()
  const free = [...clients]
  const waiting: ((client: pg.Client) => void)[] = []

  async function using<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> {
    const client = free.pop() ?? (await new Promise<pg.Client>((resolve) => waiting.push(resolve)))
    try {
      return await work(client)
    } finally {
      const next = waiting.shift()
      if (next) next(client)
      else free.push(client)
    }
  }

  return {
    read: (session, limit) =>
      using(async (client) => {
        const { rows } = await client.query<[string]>(
          limit === undefined
            ? { name: 'read', text: READ, values: [session], rowMode: 'array' }
            : { name: 'latest', text: LATEST, values: [session, limit], rowMode: 'array' },
        )
        const items = rows.map(([text]) => JSON.parse(text) as Item)
        return limit === undefined ? items : items.reverse()
      }),
    append: (session, items) =>
      using(async (client) => {
        const texts = items.map((item) => JSON.stringify(item))
        const sent = [
          client.query('begin'),
          client.query({ name: 'touch', text: TOUCH, values: [session] }),
          client.query({ name: 'add', text: ADD, values: [session, texts] }),
          client.query('commit'),
        ]
        await Promise.all(sent)
      }),
    async close() {
      for (const client of clients) {
        const ended = once(client, 'end')
        await client.end()
        await ended
      }
    },
  }
}
