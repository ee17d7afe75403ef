import { McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { z } from 'zod'
import { appendLine } from './append-line.ts'

/** An MCP server on the standard streams. Each call is a line in a file, on disk before it is answered. */
const [, , log] = process.argv as string[] as [string, string, string]

serveStdio(() => {
  const server = new McpServer({ name: 'weather', version: '1.0.0' })
  server.registerTool(
    'forecast',
    { description: 'The weather.', inputSchema: z.object({ city: z.string() }) },
    async ({ city }) => {
      appendLine(log, `forecast ${city}`)
      return { content: [{ type: 'text', text: `Sunny in ${city}.` }] }
    },
  )
  return server
})
