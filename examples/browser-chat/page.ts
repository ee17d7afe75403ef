import { isStorageError } from '@persql/session-core'
import { type Conversation, openConversation } from './conversation.ts'
import { messageBubbles } from './message-bubbles.ts'
import { resultTable } from './result-table.ts'

const log = element('#log', HTMLElement)
const notice = element('#notice', HTMLElement)
const composer = element('#composer', HTMLFormElement)
const message = element('#message', HTMLInputElement)
const clear = element('#clear', HTMLButtonElement)
const query = element('#query', HTMLFormElement)
const sql = element('#sql', HTMLTextAreaElement)
const rows = element('#rows', HTMLElement)

let conversation: Conversation = openConversation()

composer.addEventListener('submit', (event) => {
  event.preventDefault()
  void sendMessage(message.value.trim())
})
log.addEventListener('click', ({ target }) => {
  if (target instanceof HTMLButtonElement) void sendMessage(target.textContent)
})
clear.addEventListener('click', () => void change(() => conversation.clear()))
query.addEventListener('submit', (event) => {
  event.preventDefault()
  void showRows()
})

await change(async () => {})

async function sendMessage(text: string) {
  if (text === '' || document.body.ariaBusy === 'true') return
  message.value = ''
  const isSent = await change(async () => {
    const pending = { role: 'user' as const, content: text }
    const stored = await conversation.items()
    const show = (answer: string) => showMessages([...stored, pending], answer)
    show('…')
    await conversation.send(text, show)
    // Without it, a browser that is short of space may delete the database.
    void navigator.storage.persist()
  })
  if (!isSent) message.value = text
  message.focus()
}

/** Does it, and shows what is stored then. Resolves with whether it was done. */
async function change(work: () => Promise<void>): Promise<boolean> {
  document.body.ariaBusy = 'true'
  notice.textContent = ''
  try {
    await work()
    return true
  } catch (error) {
    notice.textContent = isStorageError(error, 'SAVE_FAILED') ? outdated() : String(error)
    return false
  } finally {
    await showStored().catch((error: unknown) => {
      notice.textContent = String(error)
    })
    document.body.ariaBusy = 'false'
  }
}

/** A driver does not undo what another tab has stored, so it makes room for one that knows of it. */
function outdated(): string {
  conversation = openConversation()
  return 'Not saved: another tab has gone on with this conversation, or space is short. Here is what is stored; try again.'
}

async function showStored() {
  showMessages(await conversation.items())
  await showRows()
}

function showMessages(...content: Parameters<typeof messageBubbles>) {
  log.replaceChildren(...messageBubbles(...content))
  log.scrollTop = log.scrollHeight
}

async function showRows() {
  try {
    rows.replaceChildren(resultTable(await conversation.query(sql.value)))
  } catch (error) {
    rows.textContent = error instanceof Error ? error.message : String(error)
  }
}

function element<T extends Element>(selector: string, type: new () => T): T {
  const found = document.querySelector(selector)
  if (found instanceof type) return found
  throw new Error(`The page has no ${selector}.`)
}
