import { checkSessionModel } from '@persql/test-support/session-model'
import { describe, test } from 'vitest'
import { drivers, withSessions } from './support/sessions.ts'

describe.each(Object.keys(drivers))('PerSQLSession on %s', (kind) => {
  test('does what MemorySession does, whatever the operations and their order', () =>
    withSessions(kind, checkSessionModel))
})
