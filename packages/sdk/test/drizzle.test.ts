import { eq, sql } from 'drizzle-orm'
import { blob, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { drizzle } from 'drizzle-orm/sqlite-proxy'
import { expect, test } from 'vitest'
import { PerSQL } from '../src/index.ts'

const orders = sqliteTable('orders', {
  id: integer().primaryKey({ autoIncrement: true }),
  name: text().notNull(),
  paid: integer({ mode: 'boolean' }).notNull().default(false),
  receipt: blob({ mode: 'buffer' }),
})

test('serves Drizzle through its sqlite-proxy', async () => {
  await using persql = new PerSQL({ local: ':memory:' })
  const db = drizzle(persql.database('acme/orders').driver())
  await db.run(sql`create table orders (id integer primary key autoincrement, name text not null,
    paid integer not null default 0, receipt blob)`)
  const inserted = await db
    .insert(orders)
    .values([{ name: 'a' }, { name: 'b', paid: true, receipt: Buffer.from('x') }])
    .returning({ id: orders.id })
  expect(inserted).toEqual([{ id: 1 }, { id: 2 }])
  await db.update(orders).set({ name: 'c' }).where(eq(orders.id, 1))
  expect(await db.select().from(orders)).toEqual([
    { id: 1, name: 'c', paid: false, receipt: null },
    { id: 2, name: 'b', paid: true, receipt: Buffer.from('x') },
  ])
  expect(await db.select({ name: orders.name }).from(orders).where(eq(orders.id, 2)).get()).toEqual({
    name: 'b',
  })
  expect(await db.select().from(orders).where(eq(orders.id, 9)).get()).toBeUndefined()
  expect(await db.values(sql`select 1, 2`)).toEqual([[1, 2]])
  await db.delete(orders)
  expect(await db.$count(orders)).toBe(0)
})
