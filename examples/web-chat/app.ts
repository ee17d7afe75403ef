import { chooseModel } from '@examples/offline-model'
import { Agent } from '@openai/agents'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { Conversations } from './conversations.ts'

const agent = new Agent({ name: 'Assistant', instructions: 'Be brief.', ...chooseModel() })
const driver = betterSqlite3Driver(process.env['WEB_CHAT_DATABASE'] ?? 'web-chat.db')

export const conversations = new Conversations(driver, agent)

/** Who asks. Here a header says so, which anybody can write: ask your sign-in instead. */
export function userOf(header: string | null | undefined): string {
  if (!header) throw new Error('Nobody is signed in.')
  return header
}
