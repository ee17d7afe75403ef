import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { onTestFinished } from 'vitest'

export const ENGINES = ['better-sqlite3', 'sql.js'] as const
export type Engine = (typeof ENGINES)[number]

interface ToolAnswer {
  readonly isError: boolean
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it in many ways.
  readonly data: any
}

/** The command of a server process over a file. */
export function serverCommand(engine: Engine, path: string, mode = ''): { command: string; args: string[] } {
  return { command: process.execPath, args: [join(import.meta.dirname, 'serve.ts'), engine, path, mode] }
}

/** A server process over a database, and calls to it. `era` is the protocol that it is asked in. */
export async function connect(
  engine: Engine,
  options: { path?: string; mode?: string; era?: 'auto' | 'legacy' } = {},
) {
  const { path = join(temporaryFolder(), 'agents.db'), mode, era = 'auto' } = options
  const transport = new StdioClientTransport({ ...serverCommand(engine, path, mode), stderr: 'pipe' })
  const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: era } })
  await client.connect(transport)
  onTestFinished(() => client.close())
  return {
    client,
    transport,
    path,
    async call(name: string, args: Record<string, unknown> = {}): Promise<ToolAnswer> {
      const { isError = false, content } = await client.callTool({ name, arguments: args })
      const [first] = content
      return { isError, data: first?.type === 'text' ? JSON.parse(first.text) : undefined }
    },
  }
}
