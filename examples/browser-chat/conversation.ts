import { chooseModel } from '@examples/offline-model'
import { Agent, type AgentInputItem, run } from '@openai/agents'
import { indexedDbStorage, sqlJsDriver } from '@persql/driver-sqljs'
import { PerSQLSession } from '@persql/openai-agents'
import type { SqlResult } from '@persql/session-core'
import wasm from 'sql.js/dist/sql-wasm-browser.wasm?url'

const agent = new Agent({ name: 'Assistant', ...chooseModel() })

export interface Conversation {
  items(): Promise<AgentInputItem[]>
  /** Calls `onText` with the answer as it grows. */
  send(message: string, onText: (text: string) => void): Promise<void>
  query(sql: string): Promise<SqlResult>
  clear(): Promise<void>
}

/** The conversation of this browser, as it is stored now. Another tab that writes to it makes this one outdated. */
export function openConversation(): Conversation {
  const driver = sqlJsDriver({
    storage: indexedDbStorage('browser-chat'),
    sqlJs: { locateFile: () => wasm },
  })
  const session = new PerSQLSession('me', driver)

  return {
    items: () => session.getItems(),
    async send(message, onText) {
      const turn = await run(agent, message, { session, stream: true })
      let answer = ''
      for await (const text of turn.toTextStream()) {
        answer += text
        onText(answer)
      }
      await turn.completed
    },
    async query(sql) {
      const [result] = await driver.batch([{ sql }], { readOnly: true })
      return result!
    },
    clear: () => session.clearSession(),
  }
}
