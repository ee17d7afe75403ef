import { DurableObject } from 'cloudflare:workers'
import type { D1Database } from '@cloudflare/workers-types'
import { Agent, run, setTracingDisabled } from '@openai/agents'
import { assistantMessage, ScriptedModel } from '@openai/agents-core/testing'
import { PerSQLSession } from '@persql/openai-agents'
import type { SqlDriver } from '@persql/session-core'
import { user } from '@persql/test-support/agent-items'
import { d1Driver, durableObjectDriver } from '../../src/index.ts'

setTracingDisabled(true)

type Item = Parameters<PerSQLSession['addItems']>[0][number]

const text = (item: Item) => (item as { content: string }).content

/** What one of several requests does, each with a driver of its own. The answer is JSON. */
const deeds: Readonly<Record<string, (session: PerSQLSession, caller: string) => Promise<unknown>>> = {
  async append(session, caller) {
    for (let batch = 0; batch < 25; batch++) {
      await session.addItems([0, 1, 2].map((n) => user(`${caller} ${batch} ${n}`)))
    }
  },

  async pop(session) {
    const popped: (string | undefined)[] = []
    for (let count = 0; count < 25; count++) {
      const item = await session.popItem()
      popped.push(item && text(item))
    }
    return popped
  },

  async appendOnce(session) {
    const transaction = { type: 'append_items' as const, items: [user('a'), user('b')] }
    await session.applyHistoryTransaction({ operationId: 'op', transaction })
  },

  async rewrite(session, caller) {
    const call = (callId: string) => ({ type: 'function_call' as const, callId, name: 'n', arguments: '{}' })
    await session.addItems([call(caller)])
    const replacement = call(`${caller} approved`)
    await session.applyHistoryMutations({
      mutations: [{ type: 'replace_function_call', callId: caller, replacement }],
    })
  },

  async converse(session, caller) {
    for (let turn = 0; turn < 5; turn++) {
      const answer = [assistantMessage(`to ${caller} ${turn}`)]
      const agent = new Agent({ name: 'Assistant', model: new ScriptedModel([answer]) })
      await run(agent, `${caller} ${turn}`, { session })
    }
  },

  read: (session) => session.getItems(),
}

async function act(request: Request, driver: SqlDriver): Promise<unknown> {
  const { searchParams } = new URL(request.url)
  const [deed, session, caller] = ['deed', 'session', 'caller'].map((name) => searchParams.get(name)!)
  return (await deeds[deed!]!(new PerSQLSession(session!, driver), caller!)) ?? null
}

export class Kit extends DurableObject {
  async fetch(request: Request): Promise<Response> {
    return Response.json(await act(request, durableObjectDriver(this.ctx.storage)))
  }
}

interface Env {
  readonly DB: D1Database
  readonly KIT: { idFromName(name: string): unknown; get(id: unknown): Kit }
}

export default {
  async fetch(request: Request, { DB, KIT }: Env): Promise<Response> {
    if (new URL(request.url).pathname === '/D1') return Response.json(await act(request, d1Driver(DB)))
    return KIT.get(KIT.idFromName('one')).fetch(request)
  },
}
