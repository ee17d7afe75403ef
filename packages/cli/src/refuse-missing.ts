import { PerSQL, PerSQLError } from '@persql/sdk'
import { readToken } from './token.ts'

/** Throws where there is no such database. A server may make one at the first statement, so it is asked before. */
export async function refuseMissing(name: string): Promise<void> {
  const client = new PerSQL({ token: await readToken() })
  try {
    const database = client.database(name)
    if (await exists(() => client.databases.get(database.name))) return
    // A branch is no database of the list.
    if (await exists(() => database.tables())) return
    throw new Error(`There is no database "${name}".`)
  } finally {
    await client.close()
  }
}

/** Of what fails for another reason, the work itself will tell. */
async function exists(find: () => Promise<unknown>): Promise<boolean> {
  try {
    await find()
    return true
  } catch (error) {
    return !(error instanceof PerSQLError && error.status === 404)
  }
}
