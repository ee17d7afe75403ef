import { isDeepStrictEqual } from 'node:util'
import type { AgentInputItem } from '@openai/agents-core'
import { PerSQLSession } from '@persql/openai-agents'
import { SessionCatalog, type SqlDriver } from '@persql/session-core'
import { markedTurn } from '../items.ts'
import { randomNumbers } from '../workloads.ts'

/** Out of a hundred. Histories that are shortened at random keep their size on average. */
const MIX = {
  turn: 70,
  pop: 8,
  latest: 8,
  list: 5,
  longRead: 4,
  compact: 3,
  clear: 1,
  remove: 1,
}
export type Operation = keyof typeof MIX

const OPERATIONS = Object.entries(MIX).flatMap(([name, share]) => Array(share).fill(name) as Operation[])
const SESSIONS = 12
const LATEST = 20
const LONG_TURNS = 250
/** More than the sessions of all loads in one database. */
const LIST = 200
const STEPS_BEFORE_REPETITION = 2_000
const MOST_FAULTS = 20

interface Conversation {
  id: string
  /** Whether its session was made, and not removed since. */
  exists: boolean
  itemIds: string[]
}

/**
 * A user of a database who does everything that can be done to sessions, and knows what each of them must hold. Every
 * answer is compared with that. Several of them may use one database, each with a number of its own.
 */
export class MixedLoad {
  /** Calls that failed, and answers that were wrong. */
  readonly faults: string[] = []
  readonly #driver: SqlDriver
  readonly #catalog: SessionCatalog
  readonly #number: number
  readonly #random: readonly number[]
  readonly #conversations: Conversation[]
  readonly #long: Conversation
  #step = 0
  #batch = 0
  #removed = 0

  constructor(driver: SqlDriver, number: number) {
    this.#driver = driver
    this.#catalog = new SessionCatalog(driver)
    this.#number = number
    this.#random = randomNumbers(number, STEPS_BEFORE_REPETITION, OPERATIONS.length * SESSIONS)
    this.#conversations = Array.from({ length: SESSIONS }, (_, slot) => this.#newConversation(`${slot}`))
    this.#long = this.#newConversation('long')
  }

  /** Makes the long session. Before the first step. */
  async begin(): Promise<void> {
    const items = Array.from({ length: LONG_TURNS }, () => this.#newTurn()).flat()
    await this.#session(this.#long).addItems(items)
    this.#long.itemIds = idsOf(items)
    this.#long.exists = true
  }

  /** Does one thing; never rejects. */
  async step(): Promise<Operation> {
    const random = this.#random[this.#step % STEPS_BEFORE_REPETITION]!
    this.#step++
    const operation = OPERATIONS[random % OPERATIONS.length]!
    const conversation = this.#conversations[Math.floor(random / OPERATIONS.length)]!
    try {
      await this[operation](conversation)
    } catch (error) {
      this.#report(`${operation} failed: ${error}`)
    }
    return operation
  }

  /** Compares everything that is stored. */
  async verify(): Promise<void> {
    await this.list()
    for (const conversation of [...this.#conversations, this.#long]) {
      this.#compare(conversation, await this.#session(conversation).getItems())
    }
  }

  protected async turn(conversation: Conversation): Promise<void> {
    const session = this.#session(conversation)
    this.#compare(conversation, await session.getItems())
    const items = this.#newTurn()
    await session.addItems(items)
    conversation.itemIds.push(...idsOf(items))
    conversation.exists = true
  }

  protected async pop(conversation: Conversation): Promise<void> {
    const item = await this.#session(conversation).popItem()
    const expected = conversation.itemIds.pop()
    if (item?.id !== expected) this.#report(`${conversation.id}: popped ${item?.id} instead of ${expected}`)
  }

  protected async latest(conversation: Conversation): Promise<void> {
    this.#compare(conversation, await this.#session(conversation).getItems(LATEST), LATEST)
  }

  protected async longRead(): Promise<void> {
    this.#compare(this.#long, await this.#session(this.#long).getItems())
  }

  protected async compact(conversation: Conversation): Promise<void> {
    const items = this.#newTurn().slice(-2)
    await this.#session(conversation).replaceHistoryWithCompaction(items)
    conversation.itemIds = idsOf(items)
    conversation.exists = true
  }

  protected async clear(conversation: Conversation): Promise<void> {
    await this.#session(conversation).clearSession()
    conversation.itemIds = []
    conversation.exists = false
  }

  /** Another session takes its place. */
  protected async remove(conversation: Conversation): Promise<void> {
    const existed = await this.#catalog.delete(conversation.id)
    if (existed !== conversation.exists) this.#report(`${conversation.id}: existed is ${existed}`)
    this.#removed++
    Object.assign(conversation, this.#newConversation(`new-${this.#removed}`))
  }

  protected async list(): Promise<void> {
    const { sessions } = await this.#catalog.list({ limit: LIST })
    const own = sessions.filter(({ sessionId }) => sessionId.startsWith(`${this.#number}/`))
    const found = own.map(({ sessionId, itemCount }) => [sessionId, itemCount])
    const expected = [...this.#conversations, this.#long]
      .filter(({ exists }) => exists)
      .map(({ id, itemIds }) => [id, itemIds.length])
    if (!isDeepStrictEqual(new Set(found), new Set(expected))) this.#report('the list is not what is stored')
  }

  #compare({ id, itemIds }: Conversation, items: readonly AgentInputItem[], limit = itemIds.length) {
    const expected = limit === 0 ? [] : itemIds.slice(-limit)
    if (isDeepStrictEqual(idsOf(items), expected)) return
    this.#report(`${id}: read ${items.length} items, which are not the ${expected.length} that were written`)
  }

  #report(fault: string) {
    if (this.faults.length < MOST_FAULTS) this.faults.push(fault)
  }

  #session({ id }: Conversation): PerSQLSession {
    return new PerSQLSession(id, this.#driver)
  }

  #newTurn() {
    this.#batch++
    return markedTurn(this.#number, this.#batch)
  }

  #newConversation(name: string): Conversation {
    return { id: `${this.#number}/${name}`, exists: false, itemIds: [] }
  }
}

function idsOf(items: readonly AgentInputItem[]): string[] {
  return items.map(({ id }) => String(id))
}
