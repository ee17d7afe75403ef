import { type SqlDriver, StorageError } from '@persql/session-core'
import { handleDriver, importError } from '@persql/session-core/driver'

/**
 * Opens a database by its name, such as `acme/agent-state`, with `PERSQL_TOKEN` and `PERSQL_API_URL` of the
 * environment: what `openDriver('persql://acme/agent-state')` calls. `close` of the driver closes its client as well.
 */
export async function openPersqlDriver(database: string): Promise<SqlDriver> {
  const { PerSQL } = await import('@persql/sdk').catch((cause: unknown) => {
    throw importError('@persql/sdk', cause)
  })
  const token = globalThis.process?.env['PERSQL_TOKEN']
  if (!token) {
    throw new StorageError(
      'INVALID_ARGUMENT',
      'PERSQL_TOKEN is not set. Set it to an API token of the namespace.',
    )
  }
  try {
    const client = new PerSQL({ token })
    const driver = handleDriver(client.database(database))
    return {
      ...driver,
      async close() {
        await driver.close()
        await client.close()
      },
    }
  } catch (cause) {
    throw new StorageError('INVALID_ARGUMENT', (cause as Error).message, { cause })
  }
}
