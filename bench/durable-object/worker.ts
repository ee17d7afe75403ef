import { DurableObject } from 'cloudflare:workers'
import { durableObjectDriver } from '@persql/driver-cloudflare'
import { SessionStore } from '@persql/session-core'
import { TURN } from '../items.ts'

const STORED = 100

const READ = 'select message_data from agent_messages where session_id = ? order by id'
const TOUCH = `insert into agent_sessions (session_id) values (?)
  on conflict (session_id) do update set updated_at = current_timestamp`
const ADD = `insert into agent_messages (session_id, message_data) select ?, value from json_each(?) order by key`

/** Turns in sessions of their own, all inside the object, as its clock stands still while it works. */
export class Turns extends DurableObject {
  readonly #store = new SessionStore(durableObjectDriver(this.ctx.storage))

  /** `/<prepare | sessions | by-hand>/<name of the sessions>/<turns>` */
  async fetch(request: Request): Promise<Response> {
    const [, what, name, turns] = new URL(request.url).pathname.split('/')
    for (let turn = 0; turn < Number(turns); turn++) {
      const session = `${name} ${turn}`
      if (what === 'prepare') await this.#prepare(session)
      else if (what === 'sessions') await this.#throughSessions(session)
      else this.#byHand(session)
    }
    return new Response('done')
  }

  async #prepare(session: string): Promise<void> {
    const turns = STORED / TURN.length
    await this.#store.append(session, Array.from({ length: turns }, () => TURN).flat())
  }

  async #throughSessions(session: string): Promise<void> {
    await this.#store.read(session)
    await this.#store.append(session, TURN)
  }

  #byHand(session: string): void {
    const { sql } = this.ctx.storage
    Array.from(sql.exec(READ, session).raw(), ([text]) => JSON.parse(text as string))
    this.ctx.storage.transactionSync(() => {
      sql.exec(TOUCH, session)
      sql.exec(ADD, session, JSON.stringify(TURN.map((item) => JSON.stringify(item))))
    })
  }
}

export default {
  fetch(request: Request, { TURNS }: { TURNS: DurableObjectNamespace<Turns> }): Promise<Response> {
    return TURNS.get(TURNS.idFromName('bench')).fetch(request)
  },
}
