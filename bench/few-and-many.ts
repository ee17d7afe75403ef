import { join } from 'node:path'
import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { generateSessions } from '@persql/e2e/support/generate-sessions.ts'
import type { SqlDriver } from '@persql/session-core'

type Size = 'few' | 'many'

/** Where {@link openFewAndMany} puts one of them. */
export function fileOf(folder: string, name: string, size: Size): string {
  return join(folder, `${name}-${size}.db`)
}

/** Makes a file with few sessions and one with many. */
export async function openFewAndMany(
  folder: string,
  name: string,
  sessions: Readonly<Record<Size, number>>,
): Promise<Record<Size, SqlDriver>> {
  const fill = async (size: Size) => {
    const driver = betterSqlite3Driver(fileOf(folder, name, size), { synchronous: 'normal' })
    await generateSessions(driver, { sessions: sessions[size], now: new Date() })
    return driver
  }
  return { few: await fill('few'), many: await fill('many') }
}

/** Both, each time another one first. */
export function inTurn(time: number): readonly Size[] {
  return time % 2 === 0 ? ['few', 'many'] : ['many', 'few']
}
