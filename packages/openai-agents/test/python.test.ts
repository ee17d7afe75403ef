import { spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { AgentInputItem } from '@openai/agents-core'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { SessionCatalog, type SqlDriver } from '@persql/session-core'
import { temporaryPaths } from '@persql/test-support/temporary-folder'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PerSQLSession } from '../src/index.ts'

const python = process.env['PERSQL_TEST_PYTHON'] ?? 'python3'
const isAvailable = spawnSync(python, ['-c', 'from agents import SQLiteSession']).status === 0
const program = fileURLToPath(new URL('./support/sqlite_session.py', import.meta.url))

type Operation = [method: string, ...args: unknown[]]

/** Runs operations on the Python SDK's `SQLiteSession` in a process of its own, and returns what each one returned. */
const inPython = (path: string, ...operations: Operation[]) => on('SQLiteSession', path, operations)
const inAdvanced = (path: string, ...operations: Operation[]) => on('AdvancedSQLiteSession', path, operations)

function on(kind: string, path: string, operations: readonly Operation[]): unknown[] {
  const input = JSON.stringify(operations)
  const args = [program, kind, path, 'shared']
  const { status, stdout, stderr } = spawnSync(python, args, { input, encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  return JSON.parse(stdout) as unknown[]
}

const message = (content: string) => ({ role: 'user', content }) as AgentInputItem

if (!isAvailable)
  console.warn('SKIPPED: Python interoperability. Set PERSQL_TEST_PYTHON to a Python with openai-agents.')

describe.skipIf(!isAvailable)('a database shared with the SQLiteSession of the Python SDK', () => {
  let inFolder: ReturnType<typeof temporaryPaths>
  let path: string
  let driver: SqlDriver

  beforeEach(() => {
    inFolder = temporaryPaths()
    path = inFolder('agents.db')
    driver = betterSqlite3Driver(path)
  })

  afterEach(() => driver.close())

  test('written there: is read, extended and popped here', async () => {
    const written = [message('one'), message('naïve 漢字 🙂 \u0000'), message('three')]
    inPython(path, ['add_items', written])
    const session = new PerSQLSession('shared', driver)
    expect(await session.getItems()).toEqual(written)
    await session.addItems([message('four'), message('five')])
    expect(await session.popItem()).toEqual(message('five'))
    expect(inPython(path, ['get_items'], ['pop_item'], ['get_items', 1])).toEqual([
      [...written, message('four')],
      message('four'),
      [message('three')],
    ])
  })

  test('changed there and here in turns: a reader that keeps what it has read reads what another reads', async () => {
    const child = spawn(python, [program, 'SQLiteSession', path, 'shared'])
    const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const inTurn = async (...operation: Operation) => {
      child.stdin.write(`${JSON.stringify([operation])}\n`)
      return JSON.parse((await answers.next()).value as string)[0]
    }
    const other = betterSqlite3Driver(path)
    const [reader, writer] = [new PerSQLSession('shared', driver), new PerSQLSession('shared', other)]
    const plain = new PerSQLSession('shared', other, { cache: false })
    const items = fc.array(fc.constantFrom('x', 'y', '漢').map(message), { minLength: 1, maxLength: 3 })
    const step = fc.oneof(
      fc.record({ do: fc.constantFrom('add there', 'add here'), items }),
      fc.record({ do: fc.constantFrom('pop there', 'pop here', 'clear there', 'read', 'read') }),
    )
    const take: Record<string, (items: AgentInputItem[]) => Promise<unknown>> = {
      'add there': (items) => inTurn('add_items', items),
      'add here': (items) => writer.addItems(items),
      'pop there': () => inTurn('pop_item'),
      'pop here': () => writer.popItem(),
      'clear there': () => inTurn('clear_session'),
      read: async () => expect(await reader.getItems()).toEqual(await inTurn('get_items')),
    }
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        for (const each of steps) await take[each.do]!('items' in each ? each.items : [])
        expect(await reader.getItems()).toEqual(await plain.getItems())
      }),
      { numRuns: 60 },
    )
    child.stdin.end()
    await other.close()
  })

  test('written here: is read, extended, popped and cleared there', async () => {
    const session = new PerSQLSession('shared', driver)
    await session.addItems([message('one'), message('two \ud83d\ude42')])
    expect(
      inPython(path, ['get_items'], ['add_items', [message('three')]], ['pop_item'], ['pop_item']),
    ).toEqual([[message('one'), message('two 🙂')], null, message('three'), message('two 🙂')])
    expect(await session.getItems()).toEqual([message('one')])
    inPython(path, ['clear_session'])
    expect(await session.getItems()).toEqual([])
  })

  test('has the same layout, whichever side made it', async () => {
    const layout = async (database: SqlDriver) => {
      const pragmas = ['table_info', 'foreign_key_list', 'index_list'].flatMap((pragma) =>
        ['agent_sessions', 'agent_messages'].map((table) => ({ sql: `pragma ${pragma}('${table}')` })),
      )
      const index = { sql: `pragma index_info('idx_agent_messages_session_id')` }
      return (await database.batch([...pragmas, index])).map(({ rows }) => rows)
    }
    await new PerSQLSession('shared', driver).addItems([message('here')])
    const theirs = inFolder('python.db')
    inPython(theirs, ['get_items'])
    const other = betterSqlite3Driver(theirs)
    expect(await layout(driver)).toEqual(await layout(other))
    await other.close()
  })

  test('forgets operation ids with a session that is cleared there', async () => {
    const session = new PerSQLSession('shared', driver)
    const once = {
      operationId: 'op',
      transaction: { type: 'append_items' as const, items: [message('once')] },
    }
    await session.applyHistoryTransaction(once)
    inPython(path, ['clear_session'])
    await session.applyHistoryTransaction(once)
    expect(await session.getItems()).toEqual([message('once')])
  })

  test('written here: is not seen by AdvancedSQLiteSession, whose pop deletes it, as the page on Python says', async () => {
    const session = new PerSQLSession('shared', driver)
    await session.addItems([message('from here')])
    const own = message('from there')
    expect(inAdvanced(path, ['get_items'], ['add_items', [own]], ['get_items'])).toEqual([[], null, [own]])
    expect(await session.getItems()).toEqual([message('from here'), own])
    expect(inAdvanced(path, ['pop_item'])).toEqual([own])
    expect(await session.getItems()).toEqual([])
  })

  test('written by AdvancedSQLiteSession: a copy goes on here, and the original stays as it is', async () => {
    const own = [message('one'), message('two')]
    inAdvanced(path, ['add_items', own])
    await new SessionCatalog(driver).fork('shared', 'here')
    const session = new PerSQLSession('here', driver)
    await session.addItems([message('three')])
    expect(await session.getItems()).toEqual([...own, message('three')])
    expect(inAdvanced(path, ['pop_item'], ['get_items'])).toEqual([own[1], [own[0]]])
    expect(await session.getItems()).toHaveLength(3)
  })

  test('written by AdvancedSQLiteSession in branches: all of them are one history here', async () => {
    const first = [message('one'), message('two')]
    inAdvanced(
      path,
      ['add_items', first],
      ['create_branch_from_turn', 2, 'other'],
      ['add_items', [message('instead of two')]],
    )
    const session = new PerSQLSession('shared', driver)
    expect(await session.getItems()).toEqual([...first, message('instead of two')])
  })
})
