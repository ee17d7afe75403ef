import type { ToolAnnotations } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { McpOptions } from './mcp-options.ts'

/** Where a call runs. */
export interface ToolContext extends McpOptions {
  readonly signal: AbortSignal
}

export interface ToolDefinition<Input extends z.ZodObject, Output extends z.ZodObject> {
  readonly name: string
  readonly title: string
  /** For the model: what it does, when to use it, what comes back. */
  readonly description: string
  /** The same for a database in PostgreSQL, where it differs. */
  readonly descriptionOnPostgres?: string
  readonly input: Input
  readonly output: Output
  /** What it may do; `reads` is true only for tools that cannot change anything. */
  readonly effect: keyof typeof EFFECTS
  /** True where it needs more than one database: `client` is there. */
  readonly needsClient?: true
  run(args: z.output<Input>, context: ToolContext): Promise<z.input<Output>>
}

export type Tool = Omit<ToolDefinition<z.ZodObject, z.ZodObject>, 'run'> & {
  run(args: Record<string, unknown>, context: ToolContext): Promise<Record<string, unknown>>
}

const EFFECTS = {
  reads: { readOnlyHint: true },
  adds: { readOnlyHint: false, destructiveHint: false, idempotentHint: false },
  updates: { readOnlyHint: false, destructiveHint: true, idempotentHint: true },
  destroys: { readOnlyHint: false, destructiveHint: true, idempotentHint: false },
} as const satisfies Record<string, ToolAnnotations>

/** A tool whose arguments and result have the types of its schemas. */
export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  definition: ToolDefinition<Input, Output>,
): Tool {
  return definition as unknown as Tool
}

export function annotationsOf({ title, effect }: Tool): ToolAnnotations {
  return { title, ...EFFECTS[effect], openWorldHint: false }
}

/** Argument of every tool that works on one database. */
export const database = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._\-/]*$/, 'letters, digits and . _ - /, as in "main" or "main.run-1"')
  .describe('Slug of the database, as in "main"; of a branch, as in "main.run-1".')

export const sessionId = z.string().min(1).max(1024).describe('Id of the session.')

/** The only client a tool with `needsClient` can be called with. */
export function clientOf({ client }: ToolContext): NonNullable<McpOptions['client']> {
  if (!client) throw new Error('This tool is not there without a client.')
  return client
}
