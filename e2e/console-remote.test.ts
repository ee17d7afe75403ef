import { startConsole } from '@persql/console'
import { PerSQL } from '@persql/sdk'
import { createServer } from '@persql/server'
import { SessionStore, toSqlDriver } from '@persql/session-core'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { expect, test } from 'vitest'

test('opens a remote database on this machine, and keeps what its token may not do', async () => {
  const server = await createServer({ data: temporaryFolder(), port: 0, workers: { min: 1, max: 1 } })
  const admin = new PerSQL({ token: server.adminToken, baseURL: server.url })
  const items = [{ role: 'user', content: 'Hello', image: new Uint8Array([1]) }]
  await new SessionStore<unknown>(toSqlDriver(admin.database('local/main'))).append('user-1', items)
  const { token } = await admin.tokens.create('reader', { role: 'readonly' })
  const driver = toSqlDriver(new PerSQL({ token, baseURL: server.url }).database('local/main'))
  const app = await startConsole({ driver, name: 'local/main' })
  try {
    const { origin, hash } = new URL(app.url)
    const body = JSON.stringify({ secret: hash.replace('#/open/', '') })
    const response = await fetch(`${origin}/console/sign-in`, { method: 'POST', body })
    const signedIn = (await response.json()) as { data: { token: string } }
    const shown = new PerSQL({ token: signedIn.data.token, baseURL: origin }).database('local/database')
    expect(await new SessionStore<unknown>(toSqlDriver(shown)).read('user-1')).toEqual(items)
    expect((await shown.describe()).tables.map(({ table }) => table)).toEqual([
      'agent_messages',
      'agent_sessions',
      'agent_sessions_marks',
    ])
    expect((await shown.explain('select * from agent_sessions')).plan).toHaveLength(1)
    await expect(shown.query('delete from agent_sessions')).rejects.toMatchObject({ status: 403 })
  } finally {
    await app.close()
    await driver.close()
    await server.close()
  }
})
