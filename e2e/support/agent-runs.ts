import { Agent, type AgentInputItem, handoff, run, setTracingDisabled, tool, user } from '@openai/agents'
import { assistantMessage, functionCall, ScriptedModel } from '@openai/agents-core/testing'
import { PerSQLSession } from '@persql/openai-agents'
import type { SqlDriver } from '@persql/session-core'
import { z } from 'zod'
import { ANSWERS, CITIES, PRODUCTS } from './texts.ts'

/** A red square, 8 by 8. */
const IMAGE =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEklEQVR42mP8z8AARMQDxlHFAJ7oB/lkcbWDAAAAAElFTkSuQmCC'

const model = new ScriptedModel()
let calls = 0
const call = (name: string, args: Record<string, unknown>) =>
  functionCall(name, args, { callId: `call_${++calls}` })

const findOrder = tool({
  name: 'find_order',
  description: 'Looks an order up.',
  parameters: z.object({ order: z.string() }),
  execute: async ({ order }) => ({
    order,
    status: 'shipped',
    lines: [{ product: PRODUCTS[order.length % PRODUCTS.length], quantity: 2, price: 24.5 }],
    carrier: { name: 'Parcel Post', tracking: `PP-${order}-EU` },
  }),
})
const weather = tool({
  name: 'get_weather',
  description: 'Tells the weather of a place.',
  parameters: z.object({ place: z.string() }),
  execute: async ({ place }) => {
    if (place.startsWith('L')) throw new Error('The weather service did not answer.')
    return `${place}: 21 degrees, light wind`
  },
})
const searchDocs = tool({
  name: 'search_docs',
  description: 'Searches the manual.',
  parameters: z.object({ query: z.string(), limit: z.number() }),
  execute: async ({ query }) => `3 pages about "${query}"`,
})
const refund = tool({
  name: 'refund',
  description: 'Pays money back.',
  parameters: z.object({ amount: z.number() }),
  needsApproval: true,
  execute: async ({ amount }) => `${amount} EUR paid back`,
})

setTracingDisabled(true)
const billing = new Agent({ name: 'Billing', model, tools: [refund, findOrder] })
const support = new Agent({
  name: 'Support',
  model,
  tools: [findOrder, weather, searchDocs, refund],
  handoffs: [handoff(billing)],
})

type Conversation = (session: PerSQLSession, number: number) => Promise<unknown>

async function turn(session: PerSQLSession, said: string | AgentInputItem[], ...outputs: Outputs[]) {
  model.enqueue(...outputs.map((output) => (Array.isArray(output) ? output : [output])))
  return run(support, said, { session })
}

type Output = ReturnType<typeof assistantMessage> | ReturnType<typeof functionCall>
type Outputs = Output | Output[]

/** Approves or rejects what a run waits for, and goes on with it. */
async function decide(
  session: PerSQLSession,
  result: Awaited<ReturnType<typeof turn>>,
  isApproved: boolean,
  answer: string,
) {
  model.enqueue([assistantMessage(answer)])
  for (const interruption of result.state.getInterruptions()) {
    if (isApproved) result.state.approve(interruption)
    else result.state.reject(interruption)
  }
  await run(support, result.state, { session })
}

const pick = <T>(list: readonly T[], number: number) => list[number % list.length] as T

const CONVERSATIONS: readonly Conversation[] = [
  async (session, number) => {
    const order = `A-${1000 + number}`
    await turn(
      session,
      `Where is my order ${order}?`,
      call('find_order', { order }),
      assistantMessage(`Order **${order}** has been shipped and arrives tomorrow.`),
    )
    await turn(session, 'And what is in it?', assistantMessage(pick(ANSWERS, number)))
  },
  async (session, number) => {
    const place = pick(CITIES, number)
    await turn(
      session,
      `What is the weather in ${place}?`,
      [call('get_weather', { place }), call('get_weather', { place: 'Lima' })],
      assistantMessage(`It is mild in ${place}; for Lima I could not get an answer.`),
    )
    await turn(session, 'Thanks!', assistantMessage('You are welcome.'))
  },
  async (session, number) => {
    await turn(
      session,
      `The ${pick(PRODUCTS, number)} does not switch on.`,
      call('search_docs', { query: `${pick(PRODUCTS, number)} does not switch on`, limit: 3 }),
      assistantMessage(pick(ANSWERS, number + 1)),
    )
    await turn(session, 'Still dark.', assistantMessage(pick(ANSWERS, number + 2)))
    await turn(session, 'Now it works, great.', assistantMessage('Good to hear!'))
  },
  async (session, number) => {
    const amount = 10 + number
    const result = await turn(session, `Please pay my ${amount} euros back.`, call('refund', { amount }))
    const isApproved = number % 3 > 0
    await decide(
      session,
      result,
      isApproved,
      isApproved ? `${amount} euros are on their way.` : 'I may not do that.',
    )
  },
  async (session, number) => {
    await turn(
      session,
      `I was charged twice for order A-${1000 + number}.`,
      call('transfer_to_Billing', {}),
      [assistantMessage('Billing here. I see the second charge and cancel it.')],
    )
    await turn(session, 'How long does that take?', assistantMessage('Two to three working days.'))
  },
  async (session, number) => {
    const question = user([
      { type: 'input_text', text: `What is on this picture of my ${pick(PRODUCTS, number)}?` },
      { type: 'input_image', image: IMAGE },
    ])
    await turn(session, [question], assistantMessage('A red square: the lamp that warns of low pressure.'))
  },
  async (session, number) => {
    await turn(
      session,
      `Please pay ${20 + number} euros back, the rest can stay.`,
      call('refund', { amount: 20 + number }),
    )
  },
]

/** Runs the agents for real, with an offline model: `count` different conversations under ids that begin with `prefix`. */
export async function runAgents(driver: SqlDriver, prefix: string, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, number) => `${prefix}${number}`)
  for (const [number, id] of ids.entries()) {
    const session = new PerSQLSession(id, driver)
    await pick(CONVERSATIONS, number)(session, number)
  }
  return ids
}
