import { type Agent, type AgentInputItem, run } from '@openai/agents'
import { PerSQLSession } from '@persql/openai-agents'
import { SessionCatalog, type SqlDriver } from '@persql/session-core'

export interface Conversation {
  readonly id: string
  readonly title: string
  readonly lastActivity: Date
}

/** The conversations of the users of an app. A session is one of them: its id is `user/conversation`. */
export class Conversations {
  readonly #driver: SqlDriver
  readonly #agent: Agent
  readonly #catalog: SessionCatalog

  constructor(driver: SqlDriver, agent: Agent) {
    this.#driver = driver
    this.#agent = agent
    this.#catalog = new SessionCatalog(driver)
  }

  /** Those of a user, latest activity first. */
  async list(user: string): Promise<Conversation[]> {
    const prefix = sessionOf(user, '')
    const { sessions } = await this.#catalog.list({ prefix, limit: 50 })
    const [found] = await this.#titles({
      sql: 'select session_id, title from titles where substr(session_id, 1, length(?)) = ?',
      params: [prefix, prefix],
    })
    const titles = new Map(found?.rows as [string, string][])
    return sessions.map(({ sessionId, lastActivity }) => ({
      id: sessionId.slice(prefix.length),
      title: titles.get(sessionId) ?? 'New conversation',
      lastActivity,
    }))
  }

  async messages(user: string, id: string): Promise<AgentInputItem[]> {
    return new PerSQLSession(sessionOf(user, id), this.#driver).getItems()
  }

  async rename(user: string, id: string, title: string): Promise<void> {
    await this.#titles({
      sql: `insert into titles values (?, ?) on conflict (session_id) do update set title = excluded.title`,
      params: [sessionOf(user, id), title],
    })
  }

  async delete(user: string, id: string): Promise<void> {
    const session = sessionOf(user, id)
    await this.#catalog.delete(session)
    await this.#titles({ sql: 'delete from titles where session_id = ?', params: [session] })
  }

  /** The answer, as it is written. The turn is stored when the stream has ended. */
  async *send(user: string, id: string, message: string, signal?: AbortSignal): AsyncGenerator<string> {
    const session = new PerSQLSession(sessionOf(user, id), this.#driver)
    const turn = await run(this.#agent, message, { session, stream: true, ...(signal && { signal }) })
    for await (const text of turn.toTextStream()) yield text
    await turn.completed
    await this.#titles({
      sql: 'insert into titles values (?, ?) on conflict (session_id) do nothing',
      params: [sessionOf(user, id), message.slice(0, 60)],
    })
  }

  // A table of the app, in the same database.
  async #titles(statement: { readonly sql: string; readonly params: string[] }) {
    const [, result] = await this.#driver.batch([
      { sql: 'create table if not exists titles (session_id text primary key, title text not null)' },
      statement,
    ])
    return [result]
  }
}

function sessionOf(user: string, id: string): string {
  if (user === '' || user.includes('/')) throw new TypeError('A user must have an id, without a slash.')
  return `${user}/${id}`
}
