import { expect, test } from 'vitest'
import { connectMcp, type Era } from './support/mcp.ts'
import { startServer } from './support/test-server.ts'

test.each<Era>(['auto', 'legacy'])(
  'remembers, recalls, links and forgets in the protocol "%s"',
  async (era) => {
    const target = await startServer()
    await target.query('main', 'select 1')
    const { call } = await connectMcp(target.server.url, target.admin, era)
    const database = 'main'
    const fact = {
      database,
      name: 'billing-currency',
      description: 'How customers pay',
      type: 'project',
      body: 'Customers pay in euros.',
      sessionId: 'ada',
    }
    const first = await call('remember', fact)
    expect(first.data).toMatchObject({ name: 'billing-currency', type: 'project' })
    const again = await call('remember', { ...fact, body: 'Customers pay in euros, net 30.' })
    expect(again.data.id).toBe(first.data.id)
    await call('remember', { database, name: 'tone', type: 'feedback', body: 'Short answers.' })

    const { data } = await call('recall', { database, text: 'how do customers pay?' })
    expect(data.memories).toMatchObject([
      {
        kind: 'fact',
        name: 'billing-currency',
        body: 'Customers pay in euros, net 30.',
        sessionId: 'ada',
        source: 'mcp',
      },
    ])
    expect((await call('recall', { database, text: '' })).data.memories).toHaveLength(2)
    expect((await call('recall', { database, text: 'answers', type: 'project' })).data.memories).toEqual([])

    await call('link', { database, src: 'Invoices', rel: 'depends on', dst: 'Billing' })
    await call('link', { database, src: 'Billing', rel: 'stores in', dst: 'Ledger' })
    expect((await call('neighbors', { database, name: 'invoices', depth: 2 })).data).toEqual({
      entities: ['Billing', 'Ledger'],
      edges: [
        { src: 'invoices', rel: 'depends on', dst: 'Billing' },
        { src: 'Billing', rel: 'stores in', dst: 'Ledger' },
      ],
    })

    expect((await call('forget', { database, name: 'tone' })).data).toEqual({ forgotten: true })
    expect((await call('forget', { database, name: 'tone' })).data).toEqual({ forgotten: false })
  },
)

test('a token that writes remembers once the tables are there, and is told where they are not', async () => {
  const target = await startServer()
  await target.query('main', 'select 1')
  const writer = await connectMcp(target.server.url, await target.token({ role: 'readwrite' }))
  const fact = { database: 'main', name: 'x', body: 'kept' }
  expect((await writer.call('recall', { database: 'main', text: 'x' })).data).toEqual({ memories: [] })
  expect((await writer.call('remember', fact)).isError).toBe(true)
  const admin = await connectMcp(target.server.url, target.admin)
  await admin.call('remember', { ...fact, name: 'first' })
  expect((await writer.call('remember', fact)).isError).toBe(false)
  const reader = await connectMcp(target.server.url, await target.token({ role: 'readonly' }))
  expect((await reader.call('recall', { database: 'main', text: 'kept' })).data.memories).toHaveLength(2)
})

test('a scope without the memory tables keeps them out of reach', async () => {
  const target = await startServer()
  await target.query('main', 'create table t (a)')
  const admin = await connectMcp(target.server.url, target.admin)
  await admin.call('remember', { database: 'main', name: 'secret', body: 'hidden' })
  const scoped = await connectMcp(target.server.url, await target.token({ tableScope: ['t'] }))
  for (const [tool, args] of [
    ['recall', { text: 'hidden' }],
    ['forget', { name: 'secret' }],
    ['remember', { name: 'secret', body: 'changed' }],
  ] as const) {
    const answer = await scoped.call(tool, { database: 'main', ...args })
    expect(answer, tool).toMatchObject({ isError: true, data: { status: 403 } })
    expect(JSON.stringify(answer.data)).not.toContain('hidden')
  }
  const { data } = await admin.call('recall', { database: 'main', text: 'hidden' })
  expect(data.memories).toMatchObject([{ name: 'secret', body: 'hidden' }])
})
