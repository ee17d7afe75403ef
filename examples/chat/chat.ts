import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { chooseModel } from '@examples/offline-model'
import { Agent, run } from '@openai/agents'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { PerSQLSession } from '@persql/openai-agents'

const USAGE = `A chat that resumes where it stopped: chat [session]

  /help   what there is
  /exit   ends the chat, as do Ctrl-D and Ctrl-C; what was said is kept`

const [, , sessionId = 'default'] = process.argv
if (sessionId.startsWith('-')) {
  const isHelp = sessionId === '--help' || sessionId === '-h'
  console[isHelp ? 'log' : 'error'](isHelp ? USAGE : `Unknown option ${sessionId}.\n\n${USAGE}`)
  process.exit(isHelp ? 0 : 2)
}

const driver = betterSqlite3Driver(process.env['CHAT_DATABASE'] ?? join(import.meta.dirname, 'chat.db'))
const session = new PerSQLSession(sessionId, driver)
const agent = new Agent({ name: 'Assistant', instructions: 'Answer in short sentences.', ...chooseModel() })

const known = (await session.getItems()).length
console.log(
  known === 0 ? `New session "${sessionId}".` : `Session "${sessionId}" goes on after ${known} items.`,
)

// Made only now: lines that arrive before anybody waits for them would be lost.
const isTerminal = process.stdin.isTTY === true
const input = createInterface({
  input: process.stdin,
  output: process.stdout,
  terminal: isTerminal,
  prompt: '> ',
})
if (isTerminal) {
  console.log('/help tells what there is, /exit or Ctrl-D ends the chat.')
  input.prompt()
}

for await (const line of input) {
  const message = line.trim()
  if (message === '/exit' || message === '/quit') break
  if (message.startsWith('/')) {
    console.log(
      message === '/help' ? USAGE : `There is no ${message.split(' ', 1)[0]}. /help tells what there is.`,
    )
  } else if (message !== '') {
    const turn = await run(agent, message, { session, stream: true })
    for await (const text of turn.toTextStream()) process.stdout.write(text)
    await turn.completed
    process.stdout.write('\n')
  }
  if (isTerminal) input.prompt()
}

input.close()
await driver.close()
