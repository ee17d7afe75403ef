import { apiUrl, type Connection, isLocal } from '../connection.ts'
import type { Database } from '../data/database.ts'
import { CopyButton } from '../ui/copy-button.tsx'

export interface StartCodeProps {
  readonly connection: Connection
  readonly database: Database
}

/** What a program has to say so that a session of it appears here. */
export function StartCode({ connection, database }: StartCodeProps) {
  const code = toCode(connection, database)
  return (
    <div class="start-code">
      <pre tabIndex={0}>
        <code>{code}</code>
      </pre>
      <CopyButton text={code} />
    </div>
  )
}

function toCode({ databases, namespace }: Connection, { slug, dialect }: Database): string {
  const name = databases.find((one) => one.slug === slug)?.name ?? slug
  const [driver, handle] = !isLocal
    ? [imported('PerSQL', 'sdk'), `client.database(${quoted(`${namespace}/${slug}`)})`]
    : dialect.name === 'postgres'
      ? [imported('postgresDriver', 'driver-postgres'), 'postgresDriver(process.env.DATABASE_URL)']
      : [imported('betterSqlite3Driver', 'driver-better-sqlite3'), `betterSqlite3Driver(${quoted(name)})`]
  const client = `const client = new PerSQL({ token: process.env.PERSQL_TOKEN, baseURL: ${quoted(apiUrl)} })`
  return [
    `import { run } from ${quoted('@openai/agents')}`,
    imported('PerSQLSession', 'openai-agents'),
    driver,
    '',
    ...(isLocal ? [] : [client]),
    `const session = new PerSQLSession('user-42', ${handle})`,
    "await run(agent, 'remember me?', { session })",
  ].join('\n')
}

function imported(what: string, from: string): string {
  return `import { ${what} } from '@persql/${from}'`
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}
