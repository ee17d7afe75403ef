import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { postgresDriver } from '@persql/driver-postgres'
import { SessionStore } from '@persql/session-core'
import { everyDatabase } from '@persql/test-support/postgres-databases'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { BIN, cleanEnv } from './support/persql.ts'

/** The command over a database, and calls to it. */
async function connect(url: string) {
  const client = new Client({ name: 'test', version: '1.0.0' })
  const args = [BIN, 'mcp', '--db', url]
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args,
      env: cleanEnv() as Record<string, string>,
      stderr: 'pipe',
    }),
  )
  onTestFinished(() => client.close())
  return {
    client,
    async call(name: string, args: Record<string, unknown> = {}) {
      const { isError = false, content } = await client.callTool({ name, arguments: args })
      const [first] = content
      // biome-ignore lint/suspicious/noExplicitAny: tests look into it in many ways.
      return { isError, data: first?.type === 'text' ? (JSON.parse(first.text) as any) : undefined }
    },
  }
}

for (const databases of everyDatabase()) {
  describe(`persql mcp over ${databases.name}`, () => {
    afterAll(() => databases.close())

    test('shows sessions, remembers, runs its SQL, and leaves out what is for SQLite', {
      timeout: 60_000,
    }, async ({ task }) => {
      const url = await databases.urlOf(`mcp ${task.name}`)
      const driver = postgresDriver(url)
      const store = new SessionStore<unknown>(driver)
      await store.append('user-42', [
        { role: 'user', content: 'My favourite colour is teal.' },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Noted.' }] },
      ])
      await driver.batch([
        { sql: 'create schema app' },
        { sql: 'create table app.orders (id int, "Who" text)' },
      ])
      await driver.close()
      const { call, client } = await connect(url)
      expect(client.getInstructions()).toContain('in PostgreSQL')
      const { tools } = await client.listTools()
      const names = tools.map(({ name }) => name)
      expect(names).toContain('search_sessions')
      expect(names).toContain('recall')
      expect(tools.find(({ name }) => name === 'query')?.description).toContain('PostgreSQL')
      const { prompts } = await client.listPrompts()
      expect(prompts.map(({ name }) => name)).toEqual(['investigate_session'])

      const list = await call('list_sessions')
      expect(list.data.sessions).toMatchObject([{ sessionId: 'user-42', itemCount: 2 }])
      const read = await call('read_session', { sessionId: 'user-42' })
      expect(read.data.entries).toMatchObject([
        { kind: 'user', text: 'My favourite colour is teal.' },
        { kind: 'assistant', text: 'Noted.' },
      ])
      expect((await call('search_sessions', { text: 'TEAL' })).data.hits).toMatchObject([{ row: 1 }])
      const sql =
        "select count(*) as n, $1::text as given from agent_messages where cast(message_data as json) ->> 'role' = 'user'"
      expect((await call('query', { sql, params: ['x'] })).data).toMatchObject({
        columns: ['n', 'given'],
        rows: [[1, 'x']],
      })

      const described = await call('describe')
      const tables = described.data.tables as { table: string; columns: string[]; indexes?: string[] }[]
      expect(tables.map(({ table }) => table)).toEqual([
        'agent_messages',
        'agent_sessions',
        'agent_sessions_marks',
        'app.orders',
      ])
      expect(tables[0]).toMatchObject({
        columns: expect.arrayContaining(['id bigint NOT NULL PRIMARY KEY']),
        foreignKeys: ['(session_id) references agent_sessions(session_id) on delete CASCADE'],
        indexes: expect.arrayContaining(['idx_agent_messages_session_id(session_id, id)']),
      })
      const { contents } = await client.readResource({ uri: 'persql://main/schema' })
      const text = JSON.stringify(contents)
      expect(text).toContain('CREATE TABLE agent_messages (')
      expect(text).toContain('CREATE TRIGGER agent_sessions_marks_delete')

      expect((await call('recall', { text: 'tea' })).data).toEqual({ memories: [] })
      const fact = { name: 'tea', body: 'Green tea, no sugar', sessionId: 'user-42' }
      expect((await call('remember', fact)).data).toMatchObject({ name: 'tea' })
      expect((await call('recall', { text: 'teas' })).data.memories).toMatchObject([fact])
      await call('link', { src: 'Checkout', rel: 'depends on', dst: 'Billing meter' })
      expect((await call('neighbors', { name: 'checkout' })).data.entities).toEqual(['Billing meter'])
      expect((await call('forget', { name: 'tea' })).data).toEqual({ forgotten: true })

      for (const refused of [
        'delete from agent_messages',
        "copy (select 1) to program 'true'",
        'set role postgres',
      ]) {
        expect(await call('query', { sql: refused })).toMatchObject({ isError: true })
      }
      const batch = [{ sql: "copy agent_messages to program 'true'" }]
      expect(await call('batch', { statements: batch })).toMatchObject({ isError: true })
      const written = [{ sql: 'insert into app.orders values ($1, $2)', params: [1, 'Ann'] }]
      expect((await call('batch', { statements: written })).data.results).toMatchObject([{ changes: 1 }])
    })
  })
}
