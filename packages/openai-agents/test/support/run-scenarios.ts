import {
  Agent,
  type AgentInputItem,
  applyPatchTool,
  codeInterpreterTool,
  fileSearchTool,
  handoff,
  hostedMcpTool,
  imageGenerationTool,
  type MCPServer,
  type Model,
  shellTool,
  type Tool,
  tool,
  toolSearchTool,
  webSearchTool,
} from '@openai/agents'
import { assistantMessage, functionCall } from '@openai/agents-core/testing'
import { z } from 'zod'
import { idempotencyKey } from '../../src/index.ts'
import { type Output, rememberingModel } from './remembering-model.ts'

/** What the agents of one scenario are made of. What its models answer is the same in each run of it. */
export class World {
  /** The calls of tools that were made, each with its key, and how often models were asked. */
  done: { readonly call: string; readonly key: string | undefined }[] = []
  asked = 0
  readonly mcp: MCPServer
  readonly #memories = new Map<string, Map<string, Output>>()

  constructor(mcp: MCPServer) {
    this.mcp = mcp
  }

  model(name: string, ...turns: Output[]): Model {
    const memory = this.#memories.get(name) ?? new Map<string, Output>()
    this.#memories.set(name, memory)
    const model = rememberingModel(turns, memory)
    const { getResponse, getStreamedResponse } = model
    return Object.assign(model, {
      getResponse: (request: never) => {
        this.asked += 1
        return getResponse.call(model, request)
      },
      getStreamedResponse: (request: never) => {
        this.asked += 1
        return getStreamedResponse.call(model, request)
      },
    })
  }

  /** An agent that calls tools and then says `Done.`, where nothing else is given. */
  agent(turns: Output[], options: Partial<ConstructorParameters<typeof Agent>[0]> = {}): Agent {
    const name = options.name ?? 'Agent'
    return new Agent({
      name,
      model: this.model(name, ...turns, [assistantMessage('Done.')]),
      ...options,
    }) as Agent
  }

  tool(name: string, options: object = {}, gives: (n: number) => unknown = (n) => ({ name, n })) {
    return tool({
      name,
      description: name,
      parameters: z.object({ n: z.number() }),
      errorFunction: null,
      ...options,
      execute: async ({ n }) => {
        this.done.push({ call: `${name} ${n}`, key: idempotencyKey() })
        return gives(n) as never
      },
    })
  }
}

export interface Scenario {
  agent(world: World): Agent
  readonly input?: string | AgentInputItem[]
  readonly options?: (world: World) => object
  /** What becomes of a call that needs an approval. Default: it is approved. */
  readonly decide?: (tool: string) => { approve: boolean; always?: boolean; message?: string }
  /** A part of the error that the run ends with. */
  readonly fails?: string
  /** How many calls are under way at once, at most. Default: 1. */
  readonly parallel?: number
}

const call = (name: string, n: number) => functionCall(name, { n }, { callId: `call-${name}-${n}` })
const say = (text: string): Output => [assistantMessage(text)]
const item = (fields: object) => fields as Output[number]
const hosted = (name: string, id: string, providerData: object, fields: object = {}) =>
  item({ type: 'hosted_tool_call', id, name, status: 'completed', providerData, ...fields })
const APPROVAL = {
  type: 'mcp_approval_request',
  id: 'mcpr_1',
  server_label: 'web',
  name: 'fetch',
  arguments: '{}',
}

const passing = (name: string, tripwireTriggered = false) => ({
  name,
  execute: async () => ({ tripwireTriggered, outputInfo: { name } }),
})
const behaving = (name: string, behavior: object) => ({
  name,
  run: async () => ({ behavior, outputInfo: name }),
})
const reject = { type: 'rejectContent', message: 'Not like that.' }
const throwing = { type: 'throwException' }

const one = (world: World, options: object = {}, toolOptions: object = {}) =>
  world.agent([[call('one', 1)]], { tools: [world.tool('one', toolOptions)], ...options })

/** A shell and an editor in this process, in turn with a function; the last command and the last edit fail. */
function local(world: World, needsApproval = false): Agent {
  const note = (call: string) => world.done.push({ call, key: idempotencyKey() })
  const run = async ({ commands }: { commands: readonly string[] }) => {
    note(commands.join(' && '))
    if (commands.includes('fail')) throw new Error('No such command.')
    return {
      output: commands.map((stdout) => ({
        stdout,
        stderr: '',
        outcome: { type: 'exit' as const, exitCode: 0 },
      })),
    }
  }
  const edit = async ({ type, path }: { type: string; path: string }) => {
    note(`${type} ${path}`)
    if (type === 'delete_file') throw new Error('No such file.')
    return type === 'update_file' ? undefined : ({ status: 'completed', output: `did ${type}` } as const)
  }
  const editor = { createFile: edit, updateFile: edit, deleteFile: edit }
  const shell = (id: string, ...commands: string[]) =>
    item({ type: 'shell_call', callId: `call-${id}`, status: 'completed', action: { commands } })
  const patch = (id: string, type: string) =>
    item({
      type: 'apply_patch_call',
      callId: `call-${id}`,
      status: 'completed',
      operation: { type, path: 'a.txt', ...(type !== 'delete_file' && { diff: '+a' }) },
    })
  return world.agent(
    [
      [shell('s1', 'date', 'ls'), shell('s2', 'date', 'ls')],
      [call('one', 1), shell('s3', 'date', 'ls')],
      [shell('s4', 'fail'), patch('p1', 'create_file')],
      [patch('p2', 'update_file'), patch('p3', 'delete_file')],
    ],
    {
      tools: [
        world.tool('one'),
        shellTool({ shell: { run }, needsApproval }),
        applyPatchTool({ editor, needsApproval }),
      ] as Tool[],
    },
  )
}

function hostedMcp(world: World): Agent {
  const approval = hosted('fetch', 'mcpr_1', APPROVAL, { status: 'in_progress', arguments: '{}' })
  const used = hosted('fetch', 'mcp_1', { type: 'mcp_call', server_label: 'web' }, { output: 'page' })
  return world.agent([[approval], [used, assistantMessage('Fetched.')]], {
    tools: [
      hostedMcpTool({ serverLabel: 'web', serverUrl: 'https://example.com', requireApproval: 'always' }),
    ],
  })
}

function helped(world: World, toolOptions: object = {}, asTool: object = {}): Agent {
  const helper = world.agent([[call('deep', 1)], [call('deep', 2)], say('Helped.')], {
    name: 'Helper',
    tools: [world.tool('deep', toolOptions)],
  })
  return world.agent(
    [[functionCall('help', { input: 'please' }, { callId: 'call-help' })], [call('one', 1)]],
    {
      tools: [helper.asTool({ toolName: 'help', toolDescription: 'Helps.', ...asTool }), world.tool('one')],
    },
  )
}

function handedOver(world: World, options: object = {}): Agent {
  const last = world.agent([[call('two', 1)], say('Handed.')], { name: 'Last', tools: [world.tool('two')] })
  return world.agent([[call('one', 1)], [functionCall('transfer_to_Last', {}, { callId: 'call-hand' })]], {
    tools: [world.tool('one')],
    handoffs: [handoff(last, options)],
  })
}

/** What the runner of the Agents SDK can do, one thing each. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'an answer': { agent: (world) => world.agent([]) },
  'an input of items': {
    agent: (world) => one(world),
    input: [
      { role: 'user', content: 'first' },
      { role: 'user', content: [{ type: 'input_text', text: 'second' }] },
    ],
  },
  'tools, some at once': {
    agent: (world) =>
      world.agent([[call('one', 1), call('two', 1), call('two', 2)], [call('one', 2)]], {
        tools: [world.tool('one'), world.tool('two')],
      }),
    parallel: 3,
  },
  reasoning: {
    agent: (world) => {
      const reasoning = item({
        type: 'reasoning',
        id: 'rs_1',
        content: [{ type: 'input_text', text: 'Hm.' }],
      })
      return world.agent([[reasoning, call('one', 1)]], { tools: [world.tool('one')] })
    },
  },
  'a tool that throws, which the model is told': {
    agent: (world) =>
      world.agent([[call('bad', 1)], [call('one', 1)]], {
        tools: [
          world.tool('bad', { errorFunction: () => 'It failed.' }, () => {
            throw new Error('bad')
          }),
          world.tool('one'),
        ],
      }),
  },
  'a tool that throws, which ends the run': {
    agent: (world) =>
      world.agent([[call('one', 1)], [call('bad', 1)]], {
        tools: [
          world.tool('bad', {}, () => {
            throw new Error('It is broken.')
          }),
          world.tool('one'),
        ],
      }),
    fails: 'It is broken.',
  },
  'a tool that takes too long': {
    agent: (world) =>
      world.agent([[call('slow', 1)], [call('one', 1)]], {
        tools: [world.tool('slow', { timeoutMs: 5 }, () => new Promise(() => {})), world.tool('one')],
      }),
  },
  'a tool that there is not': {
    agent: (world) => world.agent([[call('one', 1)], [call('none', 1)]], { tools: [world.tool('one')] }),
    fails: 'none',
  },
  'tools that give images and files': {
    agent: (world) =>
      one(world, {
        tools: [
          world.tool('one', {}, () => [
            { type: 'text', text: 'Look:' },
            { type: 'image', image: 'data:image/png;base64,AAAA' },
            { type: 'file', file: { data: 'AAAA', mediaType: 'text/plain', filename: 'a.txt' } },
          ]),
        ],
      }),
  },
  'a tool whose result is the output': {
    agent: (world) => one(world, { toolUseBehavior: 'stop_on_first_tool' }),
  },
  'one of the tools whose result is the output': {
    agent: (world) =>
      world.agent([[call('one', 1)], [call('two', 1)]], {
        tools: [world.tool('one'), world.tool('two')],
        toolUseBehavior: { stopAtToolNames: ['two'] },
      }),
  },
  'a handoff': { agent: (world) => handedOver(world) },
  'a handoff that filters its input': {
    agent: (world) =>
      handedOver(world, { inputFilter: (data: object) => ({ ...data, preHandoffItems: [] }) }),
  },
  'an agent that is a tool': { agent: (world) => helped(world) },
  'an agent that is a tool, and whose output is extracted': {
    agent: (world) =>
      helped(
        world,
        {},
        { customOutputExtractor: ({ finalOutput }: { finalOutput: string }) => `said ${finalOutput}` },
      ),
  },
  'an agent that is a tool, and is listened to': {
    agent: (world) => helped(world, {}, { onStream: () => undefined }),
  },
  'an output with a type': {
    agent: (world) =>
      world.agent([[call('one', 1)], say('{"city":"Oslo","days":3}')], {
        tools: [world.tool('one')],
        outputType: z.object({ city: z.string(), days: z.number() }) as never,
      }),
  },
  'an output that is not of its type': {
    agent: (world) =>
      world.agent([[call('one', 1)], say('{"city":3}')], {
        tools: [world.tool('one')],
        outputType: z.object({ city: z.string() }) as never,
      }),
    fails: 'Invalid output type',
  },
  'hosted tools': {
    agent: (world) =>
      world.agent(
        [
          [
            hosted('web_search_call', 'ws_1', { action: { type: 'search', query: 'x' } }),
            hosted('file_search_call', 'fs_1', { queries: ['x'], results: null }),
            call('one', 1),
          ],
          [
            hosted('code_interpreter_call', 'ci_1', { code: '1', outputs: [], container_id: 'c' }),
            hosted('image_generation_call', 'ig_1', {}, { output: 'AAAA' }),
            assistantMessage('Found.'),
          ],
        ],
        {
          tools: [
            webSearchTool(),
            fileSearchTool('vs_1'),
            codeInterpreterTool(),
            imageGenerationTool(),
            world.tool('one'),
          ] as Tool[],
        },
      ),
  },
  'a hosted MCP server that needs an approval': { agent: hostedMcp },
  'a hosted MCP server that is refused': {
    agent: hostedMcp,
    decide: () => ({ approve: false, message: 'Not that page.' }),
  },
  'an MCP server on standard streams': {
    agent: (world) => {
      const forecast = (city: string) => functionCall('forecast', { city }, { callId: `call-${city}` })
      return world.agent([[forecast('Oslo')], [call('one', 1)], [forecast('Rome')]], {
        tools: [world.tool('one')],
        mcpServers: [world.mcp],
      })
    },
  },
  'a shell and an editor in this process': { agent: (world) => local(world), parallel: 2 },
  'a shell and an editor that need an approval': { agent: (world) => local(world, true), parallel: 2 },
  'a search for tools in this process': {
    agent: (world) => {
      const search = (id: string) =>
        item({
          type: 'tool_search_call',
          id,
          callId: `call-${id}`,
          execution: 'client',
          status: 'completed',
          arguments: { query: 'two' },
        })
      const find = { execution: 'client', parameters: { type: 'object', properties: {} } } as const
      return world.agent([[search('ts_1')], [call('two', 1)], [call('one', 1)], [call('two', 2)]], {
        tools: [
          world.tool('one'),
          toolSearchTool({ ...find, execute: async () => [world.tool('two', { deferLoading: true })] }),
        ] as Tool[],
      })
    },
  },
  'guardrails that let pass': {
    agent: (world) =>
      one(
        world,
        { inputGuardrails: [passing('input')], outputGuardrails: [passing('output')] },
        {
          inputGuardrails: [behaving('before', { type: 'allow' })],
          outputGuardrails: [behaving('after', { type: 'allow' })],
        },
      ),
  },
  'guardrails of the run': {
    agent: (world) => one(world),
    options: () => ({ inputGuardrails: [passing('input')], outputGuardrails: [passing('output')] }),
  },
  'an input guardrail that refuses': {
    agent: (world) => one(world, { inputGuardrails: [passing('input', true)] }),
    fails: 'Input guardrail',
  },
  'an input guardrail that refuses before the model is asked': {
    agent: (world) => one(world, { inputGuardrails: [{ ...passing('input', true), runInParallel: false }] }),
    fails: 'Input guardrail',
  },
  'an output guardrail that refuses': {
    agent: (world) => one(world, { outputGuardrails: [passing('output', true)] }),
    fails: 'Output guardrail',
  },
  'a guardrail that refuses a call of a tool': {
    agent: (world) => one(world, {}, { inputGuardrails: [behaving('before', reject)] }),
  },
  'a guardrail that refuses a result of a tool': {
    agent: (world) => one(world, {}, { outputGuardrails: [behaving('after', reject)] }),
  },
  'a guardrail of a tool that ends the run': {
    agent: (world) => one(world, {}, { inputGuardrails: [behaving('before', throwing)] }),
    fails: 'Tool input guardrail',
  },
  'a guardrail of results that ends the run': {
    agent: (world) => one(world, {}, { outputGuardrails: [behaving('after', throwing)] }),
    fails: 'Tool output guardrail',
  },
  'a conversation that the provider keeps': {
    agent: (world) => world.agent([[call('one', 1)], [call('one', 2)]], { tools: [world.tool('one')] }),
    options: () => ({ conversationId: 'conv_1' }),
  },
  'a response that the provider keeps': {
    agent: (world) => world.agent([[call('one', 1)], [call('one', 2)]], { tools: [world.tool('one')] }),
    options: () => ({ previousResponseId: 'resp_1' }),
  },
  'calls that are approved': {
    agent: (world) =>
      world.agent([[call('one', 1), call('two', 1)], [call('one', 2)]], {
        tools: [world.tool('one', { needsApproval: true }), world.tool('two')],
      }),
    parallel: 2,
  },
  'calls that are refused': {
    agent: (world) =>
      world.agent([[call('one', 1)], [call('two', 1)]], {
        tools: [world.tool('one', { needsApproval: true }), world.tool('two', { needsApproval: true })],
      }),
    decide: (name) => (name === 'one' ? { approve: false, message: 'Not one.' } : { approve: false }),
  },
  'calls that are approved from now on': {
    agent: (world) =>
      world.agent([[call('one', 1)], [call('one', 2)]], {
        tools: [world.tool('one', { needsApproval: true })],
      }),
    decide: () => ({ approve: true, always: true }),
  },
  'calls that need an approval by their arguments': {
    agent: (world) =>
      world.agent([[call('one', 1)], [call('one', 2)]], {
        tools: [world.tool('one', { needsApproval: async (_: unknown, { n }: { n: number }) => n === 2 })],
      }),
  },
  'calls of an agent that is a tool, approved': {
    agent: (world) => helped(world, { needsApproval: true }),
  },
  'an approval after a handoff': {
    agent: (world) => {
      const last = world.agent([[call('two', 1)]], {
        name: 'Last',
        tools: [world.tool('two', { needsApproval: true })],
      })
      return world.agent([[functionCall('transfer_to_Last', {}, { callId: 'call-hand' })]], {
        handoffs: [last],
      })
    },
  },
  'too many turns': {
    agent: (world) => one(world),
    options: () => ({ maxTurns: 1 }),
    fails: 'Max turns',
  },
  'too many turns, which are handled': {
    agent: (world) => one(world),
    options: () => ({ maxTurns: 1, errorHandlers: { maxTurns: () => ({ finalOutput: 'Enough.' }) } }),
  },
  'a model that fails': {
    agent: (world) =>
      one(world, {
        model: {
          ...world.model('Agent', [call('one', 1)]),
          getResponse: async () => {
            throw new Error('The model is down.')
          },
          async *getStreamedResponse() {
            yield { type: 'response_started' }
            throw new Error('The model is down.')
          },
        },
      }),
    fails: 'The model is down.',
  },
  'a model that a provider names': {
    agent: (world) => one(world, { model: 'small' }),
    options: (world) => ({
      modelProvider: { getModel: async () => world.model('small', [call('one', 1)], say('Named.')) },
    }),
  },
  'what the model is sent, filtered': {
    agent: (world) => one(world),
    options: () => ({
      callModelInputFilter: ({ modelData }: { modelData: { input: AgentInputItem[] } }) => ({
        ...modelData,
        input: modelData.input.slice(-2),
      }),
    }),
  },
  'what the session is sent, merged': {
    agent: (world) => one(world),
    options: () => ({
      sessionInputCallback: (history: AgentInputItem[], added: AgentInputItem[]) => [
        ...history.slice(-1),
        ...added,
      ],
    }),
  },
}
