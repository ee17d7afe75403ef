import type { CallToolResult, McpServer, StandardSchemaWithJSON } from '@modelcontextprotocol/server'
import type { z } from 'zod'
import { cutText } from './cells.ts'
import type { McpOptions } from './mcp-options.ts'
import { annotationsOf, type Tool } from './tool.ts'
import { toToolError } from './tool-error.ts'

const LONGEST_EXPLANATION = 1000

/** Makes a tool known to a server. */
export function registerTool(server: McpServer, tool: Tool, options: McpOptions): void {
  const { name, title, input, output } = tool
  const isPostgres = options.dialect === 'postgres'
  const description = (isPostgres ? tool.descriptionOnPostgres : undefined) ?? tool.description
  const { defaultDatabase } = options
  const hasDefault = defaultDatabase !== undefined && 'database' in input.shape
  const schema: z.ZodObject = hasDefault ? input.partial({ database: true }) : input
  const config = {
    title,
    description,
    inputSchema: forTheList(schema),
    outputSchema: forTheList(output),
    annotations: annotationsOf(tool),
  }
  server.registerTool(name, config, async (args, { mcpReq }) => {
    const parsed = schema.safeParse(args ?? {})
    if (!parsed.success) return failure({ error: explain(parsed.error) })
    const given = hasDefault
      ? { ...parsed.data, database: parsed.data['database'] ?? defaultDatabase }
      : parsed.data
    try {
      const result = await tool.run(given, { ...options, signal: mcpReq.signal })
      return { structuredContent: result, content: [{ type: 'text', text: JSON.stringify(result) }] }
    } catch (error) {
      return failure(toToolError(error))
    }
  })
}

function failure(error: object): CallToolResult {
  return { isError: true, content: [{ type: 'text', text: JSON.stringify(error) }] }
}

type Listed = StandardSchemaWithJSON<Record<string, unknown>>

const listed = new WeakMap<z.ZodObject, Listed>()

/**
 * A schema that the library shows and does not check, because the errors of tools have a form of their own. Made once:
 * with a server for each request, writing out all schemas for each list would be most of the work.
 */
function forTheList(schema: z.ZodObject): Listed {
  let found = listed.get(schema)
  if (!found) {
    const standard = (schema as unknown as Listed)['~standard']
    const input = standard.jsonSchema.input({ target: 'draft-2020-12' })
    const output = standard.jsonSchema.output({ target: 'draft-2020-12' })
    found = {
      '~standard': {
        ...standard,
        validate: (value) => ({ value: value as Record<string, unknown> }),
        jsonSchema: { input: () => input, output: () => output },
      },
    }
    listed.set(schema, found)
  }
  return found
}

function explain({ issues }: z.ZodError): string {
  const texts = issues
    .slice(0, 5)
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
  return cutText(`The arguments are not valid. ${texts.join('. ')}`, LONGEST_EXPLANATION)
}
