import { sessionCases } from '@persql/test-support/session-cases'
import { describe, test } from 'vitest'
import { drivers, withMemorySessions, withSessions } from './support/sessions.ts'

describe('MemorySession, the reference', () => {
  for (const [title, run] of Object.entries(sessionCases)) test(title, () => withMemorySessions(run))
})

describe.each(Object.keys(drivers))('PerSQLSession on %s', (kind) => {
  for (const [title, run] of Object.entries(sessionCases)) test(title, () => withSessions(kind, run))
})
