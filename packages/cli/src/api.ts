import { PerSQL, type PerSQLDatabase } from '@persql/sdk'
import { databaseUrlFromEnv } from '@persql/session-core'
import { isPersql, nameOf } from './database.ts'
import { readToken } from './token.ts'
import { UsageError } from './usage-error.ts'

/** The PerSQL API at `PERSQL_API_URL`, for one piece of work. */
export async function useApi<Result>(work: (client: PerSQL) => Promise<Result>): Promise<Result> {
  const client = new PerSQL({ token: await readToken() })
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}

/**
 * The database that `--db` or the environment names: `acme/agents`, `persql://acme/agents`, or its slug alone. Refuses
 * any other one before it asks for a token.
 */
export async function useRemoteDatabase<Result>(
  given: string | undefined,
  work: (database: PerSQLDatabase) => Promise<Result>,
): Promise<Result> {
  // Here `acme/agents` is no file, also where the token is not known before it is typed.
  const fromEnv = () => databaseUrlFromEnv({ PERSQL_TOKEN: 'typed', ...process.env })
  const url = given ?? fromEnv()
  const name = isPersql(url) ? nameOf(url) : url
  if (!/^([\w-]+\/[\w.-]+|[\w-]+)$/.test(name)) {
    throw new UsageError('Branches need a PerSQL database: --db persql://namespace/database')
  }
  return useApi(async (client) =>
    work(
      name.includes('/') ? client.database(name) : client.database((await client.me()).namespaceSlug, name),
    ),
  )
}
