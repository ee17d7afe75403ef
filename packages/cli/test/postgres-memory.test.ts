import { openMemory } from '@persql/context'
import { postgresDriver } from '@persql/driver-postgres'
import { everyDatabase } from '@persql/test-support/postgres-databases'
import { afterAll, describe, expect, test } from 'vitest'
import { json, output } from './support/persql.ts'

for (const databases of everyDatabase()) {
  describe(`persql memory over ${databases.name}`, () => {
    afterAll(() => databases.close())

    test('lists, recalls, shows and forgets', async ({ task }) => {
      const db = await databases.urlOf(`memory ${task.name}`)
      const driver = postgresDriver(db)
      const memory = openMemory(driver, { source: 'assistant' })
      await memory.remember({ name: 'coffee', body: 'Oat flat white', sessionId: 'user-42' })
      await memory.record({ title: 'Ordered', body: 'A coffee was ordered.' })
      await memory.link('Checkout', 'depends on', 'Billing meter')
      await memory.working('run-1').set('plan', { steps: ['a'] })
      // Written by another program, and so not indexed.
      await driver.batch([
        {
          sql: `insert into ctx_memory (id, name, body, created_at, updated_at) values ('m', 'lunch', 'ramen', 1, 1)`,
        },
      ])
      await driver.close()

      const list = (...args: string[]) => json<Record<string, unknown[]>>(['memory', ...args, '--db', db])
      expect((await list('list'))['memories']).toHaveLength(3)
      expect((await list('list', '--kind', 'link'))['links']).toHaveLength(1)
      expect((await list('list', '--kind', 'working'))['working']).toHaveLength(1)
      expect((await list('recall', 'flat whites'))['memories']).toMatchObject([{ name: 'coffee' }])
      expect((await list('recall', 'ramen'))['memories']).toMatchObject([{ name: 'lunch' }])
      expect(await output(['memory', 'show', 'coffee', '--db', db])).toContain('user-42')
      expect(await list('forget', 'coffee', '--yes')).toEqual({ forgotten: ['coffee'] })
      expect((await list('recall', 'flat white'))['memories']).toEqual([])
    })
  })
}
