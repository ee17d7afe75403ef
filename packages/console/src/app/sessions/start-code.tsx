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
  const [imports, handle] = !isLocal
    ? ["import { PerSQL } from '@persql/sdk'", `client.database(${quoted(`${namespace}/${slug}`)})`]
    : dialect.name === 'postgres'
      ? [
          "import { postgresDriver } from '@persql/driver-postgres'",
          'postgresDriver(process.env.DATABASE_URL)',
        ]
      : [
          "import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'",
          `betterSqlite3Driver(${quoted(name)})`,
        ]
  const client = `const client = new PerSQL({ token: process.env.PERSQL_TOKEN, baseURL: ${quoted(apiUrl)} })`
  return [
    "import { run } from '@openai/agents'",
    "import { PerSQLSession } from '@persql/openai-agents'",
    imports,
    '',
    ...(isLocal ? [] : [client]),
    `const session = new PerSQLSession('user-42', ${handle})`,
    "await run(agent, 'remember me?', { session })",
  ].join('\n')
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}
