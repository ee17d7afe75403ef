import {
  Agent,
  applyPatchTool,
  type Computer,
  computerTool,
  hostedMcpTool,
  type Model,
  programmaticToolCallingTool,
  shellTool,
  type Tool,
  tool,
  toolNamespace,
  toolSearchTool,
} from '@openai/agents'
import { z } from 'zod'

const q = z.object({ q: z.string() })
const nothing = z.object({})

const search = tool({ name: 'search', description: 's', parameters: q, execute: ({ q }) => `found ${q}` })
const remove = tool({
  name: 'remove',
  description: 'r',
  parameters: q,
  needsApproval: true,
  execute: ({ q }) => `removed ${q}`,
})
const draw = tool({
  name: 'draw',
  description: 'd',
  parameters: nothing,
  execute: () => ({ type: 'image' as const, image: 'data:image/png;base64,aGk=', detail: 'low' as const }),
})
const attach = tool({
  name: 'attach',
  description: 'a',
  parameters: nothing,
  execute: () => [
    { type: 'text' as const, text: 'two files' },
    { type: 'file' as const, file: { id: 'file_1' } },
    { type: 'file' as const, file: { url: 'https://example.com/a.csv', filename: 'a.csv' } },
  ],
})
const lookup = tool({
  name: 'lookup',
  description: 'l',
  parameters: q,
  allowedCallers: ['programmatic'],
  execute: ({ q }) => `looked up ${q}`,
})
const find = tool({
  name: 'find',
  description: 'f',
  parameters: q,
  deferLoading: true,
  execute: ({ q }) => `found ${q}`,
})

const CLIENT = {
  execution: 'client',
  parameters: { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] },
} as const

const idle = async () => {}
const screen = {
  environment: 'browser',
  dimensions: [100, 100],
  screenshot: async () => 'aGk=',
  click: idle,
  doubleClick: idle,
  scroll: idle,
  type: idle,
  wait: idle,
  move: idle,
  keypress: idle,
  drag: idle,
} satisfies Computer

const TOOLS: Readonly<Record<string, () => readonly Tool[]>> = {
  computer: () => [computerTool({ computer: screen, onSafetyCheck: async () => true })],
  shell: () => [
    shellTool({
      shell: {
        run: async ({ commands }) => ({
          output: commands.map((stdout) => ({ stdout, stderr: '', outcome: { type: 'exit', exitCode: 0 } })),
        }),
      },
    }),
  ],
  patch: () => [
    applyPatchTool({
      editor: {
        createFile: async () => ({ status: 'completed', output: 'created' }),
        updateFile: async () => ({ status: 'completed', output: 'updated' }),
        deleteFile: async () => ({ status: 'failed', output: 'no such file' }),
      },
    }),
  ],
  mcp: () => [mcp({ approve: true })],
  'mcp-refused': () => [mcp({ approve: false, reason: 'no' })],
  search: () => [toolSearchTool(), ...toolNamespace({ name: 'crm', description: 'CRM', tools: [find] })],
  'client-search': () => [toolSearchTool({ ...CLIENT, execute: async () => [find] })],
  program: () => [programmaticToolCallingTool(), lookup],
}

function mcp(answer: { approve: boolean; reason?: string }): Tool {
  return hostedMcpTool({
    serverLabel: 'web',
    serverUrl: 'https://example.com/mcp',
    requireApproval: 'always',
    onApproval: async () => answer,
  })
}

/** The same agent as that of `one_history.py`. */
export function tellingAgent(model: Model, tools: readonly string[]): Agent {
  const more = tools.flatMap((kind) => TOOLS[kind]?.() ?? [])
  return new Agent({ name: 'A', model, tools: [search, remove, draw, attach, ...more] })
}
