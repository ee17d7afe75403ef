import { openMemory } from '@persql/context'
import { SessionStore, type SqlDriver } from '@persql/session-core'

const MINUTE = 60_000

/** A memory with something of every kind, the latest of which is a minute old. */
export async function generateMemory(driver: SqlDriver): Promise<void> {
  let now = Date.now() - 60 * MINUTE
  const memory = openMemory(driver, { source: 'assistant', now: () => now })
  await new SessionStore(driver).append('customer-7', [
    { role: 'user', content: 'An oat flat white, please. And my last one was charged twice.' },
    { role: 'assistant', content: 'I have refunded the second charge.' },
  ])
  await memory.remember({
    name: 'tone',
    description: 'How to write',
    type: 'feedback',
    body: 'Short sentences.',
  })
  now += 10 * MINUTE
  await memory.remember({
    name: 'runbook',
    description: 'Where to look when checkout is slow',
    type: 'reference',
    body: 'https://wiki.example.com/checkout, and the dashboard “Billing”.',
  })
  now += 10 * MINUTE
  await memory.record({
    title: 'Deploy of checkout',
    body: 'Version 2.14.0 went out at noon. The billing meter was slow for two minutes.',
    outcome: 'done',
    runId: 'deploy-214',
  })
  await memory.link('Billing meter', 'owned by', 'Priya')
  now += 10 * MINUTE
  await memory.remember({
    name: 'coffee',
    description: 'Drinks',
    type: 'user',
    body: 'Oat flat white,\nno sugar. Takes coffee after ten.',
    sessionId: 'customer-7',
  })
  await memory.link('Checkout', 'depends on', 'Billing meter')
  now += 10 * MINUTE
  await memory.remember({
    name: 'refund-limit',
    description: 'What may be refunded without a question',
    type: 'project',
    body: 'Up to 20 euros; everything else asks for approval.',
  })
  now += 10 * MINUTE
  await memory.distill('customer-7', () => ({
    title: 'Refund for customer-7',
    body: 'Charged twice for a drink; the second charge was refunded.',
    outcome: 'done',
  }))
  now += 9 * MINUTE
  await memory.working('run-1').set('plan', { steps: ['look up the order', 'ask for approval'], done: 1 })
  now += 1
  await memory.working('run-2').set('draft', 'Dear customer,')
}
