import { DurableObject } from 'cloudflare:workers'
import { chooseModel } from '@examples/offline-model'
import { Agent, run } from '@openai/agents'
import { durableObjectDriver } from '@persql/driver-cloudflare'
import { PerSQLSession } from '@persql/openai-agents'

/** One agent for each name, with its session in the storage of its own object. */
export class AgentObject extends DurableObject {
  readonly #driver = durableObjectDriver(this.ctx.storage)
  readonly #session = new PerSQLSession('thread', this.#driver)
  readonly #agent = new Agent({ name: 'Assistant', ...chooseModel() })

  override async fetch(request: Request): Promise<Response> {
    if (request.method === 'POST') {
      const { finalOutput } = await run(this.#agent, await request.text(), { session: this.#session })
      return new Response(finalOutput)
    }
    const sql = 'select count(*) as items, count(distinct session_id) as sessions from agent_messages'
    const [result] = await this.#driver.batch([{ sql }], { readOnly: true })
    return Response.json(result?.rows[0])
  }
}

interface Env {
  readonly AGENTS: DurableObjectNamespace<AgentObject>
}

export default {
  // `POST /ada` talks to the agent of ada, `GET /ada` counts what its object holds.
  fetch(request: Request, env: Env): Promise<Response> {
    const name = new URL(request.url).pathname.slice(1)
    return env.AGENTS.get(env.AGENTS.idFromName(name)).fetch(request)
  },
}
