import type { Responses } from './responses-api.ts'

/** One turn: what the user says, what the model answers to each request, and how the agent is run. */
export interface Turn {
  readonly input: string | { readonly js: readonly object[]; readonly python: readonly object[] }
  readonly responses: Responses
  readonly streamed?: boolean
  /** What a person says of calls that need an approval. Default: yes. */
  readonly approve?: boolean
}

/** The last turn is for whoever goes on; the others are for whoever wrote the history. */
export interface Conversation {
  readonly name: string
  readonly tools: readonly string[]
  readonly turns: readonly [Turn, Turn, ...Turn[]]
}

let ids = 0
const id = (prefix: string) => `${prefix}_${++ids}`

const answer = (text: string, fields: object = {}, part: object = {}) => ({
  id: id('msg'),
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text, annotations: [], logprobs: [], ...part }],
  ...fields,
})
const reasoning = (fields: object = {}) => ({ id: id('rs'), type: 'reasoning', summary: [], ...fields })
const thought = (text: string) => ({ type: 'summary_text', text })
const call = (name: string, given: object = {}, fields: object = {}) => ({
  id: id('fc'),
  type: 'function_call',
  status: 'completed',
  name,
  call_id: id('call'),
  arguments: JSON.stringify(given),
  ...fields,
})
const hosted = (type: string, fields: object) => ({ id: id('h'), type, status: 'completed', ...fields })
const computer = (fields: object) => ({
  id: id('cu'),
  type: 'computer_call',
  call_id: id('call'),
  status: 'completed',
  pending_safety_checks: [],
  ...fields,
})
const shell = (action: object, fields: object = {}) => ({
  id: id('sh'),
  type: 'shell_call',
  call_id: id('call'),
  status: 'completed',
  action: { timeout_ms: null, max_output_length: null, ...action },
  ...fields,
})
const patch = (operation: object) => ({
  id: id('apc'),
  type: 'apply_patch_call',
  call_id: id('call'),
  status: 'completed',
  operation,
})
const parts = (...content: [js: object, python: object][]) => ({
  js: [{ role: 'user', content: content.map(([js]) => js) }],
  python: [{ type: 'message', role: 'user', content: content.map(([, python]) => python) }],
})

const CHECK = { id: 'sc_1', code: 'malicious', message: 'Sure?' }
const CITATION = {
  type: 'url_citation',
  start_index: 0,
  end_index: 2,
  url: 'https://example.com',
  title: 'Example',
}
const TOOL = {
  name: 'fetch',
  input_schema: { type: 'object', maxItems: 1 },
  annotations: null,
  description: 'Fetches',
}
const APPROVAL = { type: 'mcp_approval_request', name: 'fetch', server_label: 'web', arguments: '{"a":1}' }
const FIND = {
  type: 'function',
  name: 'find',
  description: 'Finds',
  parameters: { type: 'object' },
  defer_loading: true,
  strict: true,
}

const text = (said: string) => ({ type: 'input_text', text: said })

/** A name, the tools, and the responses of the first turn. */
const FIRST_TURNS: [name: string, tools: string[], responses: object[][]][] = [
  ['an answer', [], [[answer('Hi')]]],
  ['an answer with a citation', [], [[answer('Hi', {}, { annotations: [CITATION] })]]],
  ['an answer without probabilities', [], [[answer('Hi', {}, { logprobs: undefined })]]],
  [
    'an answer in two parts',
    [],
    [[{ ...answer('Hi'), content: [...answer('Hi').content, ...answer('there').content] }]],
  ],
  [
    'two answers with phases',
    [],
    [[answer('Well', { phase: 'commentary' }), answer('Hi', { phase: 'final_answer' })]],
  ],
  [
    'a refusal',
    [],
    [
      [{ ...answer(''), content: [{ type: 'refusal', refusal: 'No' }] }, call('search', { q: 'x' })],
      [answer('Hi')],
    ],
  ],
  ['an answer with a field that is new', [], [[answer('Hi', { new_field: { some_key: 1 } })]]],
  ['an answer with odd text', [], [[answer('naïve 漢字 🙂 \u0000 "\\')]]],
  ['reasoning', [], [[reasoning(), answer('Hi')]]],
  [
    'reasoning with summaries',
    [],
    [[reasoning({ summary: [thought('Hm'), thought('Well')] }), answer('Hi')]],
  ],
  ['encrypted reasoning', [], [[reasoning({ encrypted_content: 'gAAAA' }), answer('Hi')]]],
  [
    'reasoning with its content',
    [],
    [
      [
        reasoning({ content: [{ type: 'reasoning_text', text: 'Hm' }], encrypted_content: 'gAAAA' }),
        answer('Hi'),
      ],
    ],
  ],
  [
    'reasoning with a status',
    [],
    [[reasoning({ status: 'completed', encrypted_content: 'gAAAA' }), answer('Hi')]],
  ],
  [
    'reasoning before a call',
    [],
    [[reasoning({ encrypted_content: 'gAAAA' }), call('search', { q: 'x' })], [answer('Hi')]],
  ],
  ['a function call', [], [[call('search', { q: 'x' })], [answer('Hi')]]],
  ['a function call beside an answer', [], [[answer('Wait'), call('search', { q: 'x' })], [answer('Hi')]]],
  ['function calls at once', [], [[call('search', { q: 'x' }), call('search', { q: 'y' })], [answer('Hi')]]],
  [
    'function calls one after the other',
    [],
    [[call('search', { q: 'x' })], [call('search', { q: 'y' })], [answer('Hi')]],
  ],
  [
    'a function call with a field that is new',
    [],
    [[call('search', { q: 'x' }, { new_field: 'n' })], [answer('Hi')]],
  ],
  [
    'a function call with odd arguments',
    [],
    [[call('search', { q: '漢字 🙂 " \\ \u0000' })], [answer('Hi')]],
  ],
  ['a function that draws', [], [[call('draw')], [answer('Hi')]]],
  ['a function that gives files', [], [[call('attach')], [answer('Hi')]]],
  ['a call that a person approves', [], [[call('remove', { q: 'x' })], [answer('Hi')]]],
  [
    'calls of which one is approved',
    [],
    [[call('search', { q: 'x' }), call('remove', { q: 'x' })], [answer('Hi')]],
  ],
  [
    'reasoning before an approved call',
    [],
    [[reasoning({ encrypted_content: 'g' }), call('remove', { q: 'x' })], [answer('Hi')]],
  ],
  [
    'a web search',
    [],
    [
      [
        hosted('web_search_call', {
          action: { type: 'search', query: 'x', sources: [{ type: 'url', url: 'https://example.com' }] },
        }),
        answer('Hi'),
      ],
    ],
  ],
  [
    'a page that was opened',
    [],
    [
      [
        hosted('web_search_call', { action: { type: 'open_page', url: 'https://example.com' } }),
        answer('Hi'),
      ],
    ],
  ],
  [
    'a text found in a page',
    [],
    [
      [
        hosted('web_search_call', {
          action: { type: 'find_in_page', pattern: 'x', url: 'https://example.com' },
        }),
        answer('Hi'),
      ],
    ],
  ],
  ['a search in files', [], [[hosted('file_search_call', { queries: ['x'], results: null }), answer('Hi')]]],
  [
    'a search in files with results',
    [],
    [
      [
        hosted('file_search_call', {
          queries: ['x'],
          results: [{ file_id: 'f', filename: 'a.md', score: 0.5, text: 'x', attributes: { someKey: 1 } }],
        }),
        answer('Hi'),
      ],
    ],
  ],
  [
    'code that was run',
    [],
    [
      [
        hosted('code_interpreter_call', {
          code: '1',
          container_id: 'cntr_1',
          outputs: [{ type: 'logs', logs: '1' }],
        }),
        answer('Hi'),
      ],
    ],
  ],
  [
    'an MCP server that lists its tools',
    [],
    [
      [
        { id: id('mcpl'), type: 'mcp_list_tools', server_label: 'web', tools: [TOOL], error: null },
        answer('Hi'),
      ],
    ],
  ],
  [
    'a call of an MCP server',
    [],
    [
      [
        {
          id: id('mcp'),
          type: 'mcp_call',
          name: 'fetch',
          server_label: 'web',
          arguments: '{}',
          output: 'page',
          error: null,
          approval_request_id: null,
          status: 'completed',
        },
        answer('Hi'),
      ],
    ],
  ],
  [
    'a call of an MCP server that failed',
    [],
    [
      [
        {
          id: id('mcp'),
          type: 'mcp_call',
          name: 'fetch',
          server_label: 'web',
          arguments: '{}',
          output: null,
          error: 'no',
          status: 'failed',
        },
        answer('Hi'),
      ],
    ],
  ],
  [
    'a generated image',
    [],
    [
      [
        hosted('image_generation_call', { result: 'aGk=', output_format: 'png', revised_prompt: 'A cat' }),
        answer('Hi'),
      ],
    ],
  ],
  [
    'an answer and a call with fields that are null',
    [],
    [
      [answer('Wait', { phase: null }), call('search', { q: 'x' }, { caller: null, namespace: null })],
      [answer('Hi')],
    ],
  ],
  [
    'reasoning with fields that are null',
    [],
    [[reasoning({ encrypted_content: null, content: null }), answer('Hi')]],
  ],
  ['an approved call of an MCP server', ['mcp'], [[{ id: id('mcpr'), ...APPROVAL }], [answer('Hi')]]],
  ['a refused call of an MCP server', ['mcp-refused'], [[{ id: id('mcpr'), ...APPROVAL }], [answer('Hi')]]],
  [
    'reasoning before a hosted call',
    [],
    [
      [
        reasoning({ encrypted_content: 'g' }),
        hosted('web_search_call', { action: { type: 'search', query: 'x' } }),
        answer('Hi'),
      ],
    ],
  ],
  [
    'a click',
    ['computer'],
    [[computer({ action: { type: 'click', x: 1, y: 2, button: 'left' } })], [answer('Hi')]],
  ],
  [
    'several actions of a computer',
    ['computer'],
    [[computer({ actions: [{ type: 'move', x: 1, y: 2 }, { type: 'screenshot' }] })], [answer('Hi')]],
  ],
  [
    'keys and scrolling',
    ['computer'],
    [
      [computer({ action: { type: 'keypress', keys: ['CTRL', 'A'] } })],
      [computer({ action: { type: 'scroll', x: 1, y: 2, scroll_x: 0, scroll_y: 9 } })],
      [answer('Hi')],
    ],
  ],
  [
    'a computer call with a safety check',
    ['computer'],
    [[computer({ action: { type: 'wait' }, pending_safety_checks: [CHECK] })], [answer('Hi')]],
  ],
  ['a shell call', ['shell'], [[shell({ commands: ['ls', 'pwd'] })], [answer('Hi')]]],
  ['a shell call with limits', ['shell'], [[shell({ commands: ['ls'], timeout_ms: 1000 })], [answer('Hi')]]],
  [
    'a shell call in an environment',
    ['shell'],
    [[shell({ commands: ['ls'] }, { environment: { type: 'local' } })], [answer('Hi')]],
  ],
  ['a created file', ['patch'], [[patch({ type: 'create_file', path: 'a.ts', diff: '+a' })], [answer('Hi')]]],
  ['a changed file', ['patch'], [[patch({ type: 'update_file', path: 'a.ts', diff: '+a' })], [answer('Hi')]]],
  [
    'a moved file',
    ['patch'],
    [[patch({ type: 'update_file', path: 'a.ts', diff: '+a', move_to: 'b.ts' })], [answer('Hi')]],
  ],
  [
    'a file that could not be deleted',
    ['patch'],
    [[patch({ type: 'delete_file', path: 'a.ts' })], [answer('Hi')]],
  ],
  [
    'a search for tools',
    ['search'],
    [
      [
        {
          id: id('tsc'),
          type: 'tool_search_call',
          call_id: null,
          execution: 'server',
          status: 'completed',
          arguments: { paths: ['crm'] },
        },
        {
          id: id('tso'),
          type: 'tool_search_output',
          call_id: null,
          execution: 'server',
          status: 'completed',
          tools: [{ type: 'namespace', name: 'crm', description: 'CRM', tools: [FIND] }],
        },
        call('find', { q: 'x' }, { namespace: 'crm' }),
      ],
      [answer('Hi')],
    ],
  ],
  [
    'a program',
    ['program'],
    [
      [
        { id: id('prog'), type: 'program', call_id: 'call_prog', code: 'await lookup()', fingerprint: 'f' },
        call('lookup', { q: 'x' }, { caller: { type: 'program', caller_id: 'call_prog' } }),
      ],
      [
        { id: id('po'), type: 'program_output', call_id: 'call_prog', result: 'done', status: 'completed' },
        answer('Hi'),
      ],
    ],
  ],
  ['a compaction', [], [[{ id: id('cmp'), type: 'compaction', encrypted_content: 'gAAAA' }, answer('Hi')]]],
]

const INPUTS: [name: string, input: Turn['input']][] = [
  ['odd text from a user', 'naïve 漢字 🙂 \u0000 "\\'],
  ['a text in parts', parts([text('Hi'), text('Hi')])],
  [
    'an image by its address',
    parts(
      [text('What?'), text('What?')],
      [
        { type: 'input_image', image: 'https://example.com/a.png', detail: 'auto' },
        { type: 'input_image', image_url: 'https://example.com/a.png', detail: 'auto' },
      ],
    ),
  ],
  [
    'an image itself',
    parts([
      { type: 'input_image', image: 'data:image/png;base64,aGk=', detail: 'high' },
      { type: 'input_image', image_url: 'data:image/png;base64,aGk=', detail: 'high' },
    ]),
  ],
  [
    'an image by its id',
    parts([
      { type: 'input_image', image: { id: 'file_1' }, detail: 'low' },
      { type: 'input_image', file_id: 'file_1', detail: 'low' },
    ]),
  ],
  [
    'a file itself',
    parts([
      { type: 'input_file', file: 'data:application/pdf;base64,aGk=', filename: 'a.pdf' },
      { type: 'input_file', file_data: 'data:application/pdf;base64,aGk=', filename: 'a.pdf' },
    ]),
  ],
  [
    'a file by its id',
    parts([
      { type: 'input_file', file: { id: 'file_1' } },
      { type: 'input_file', file_id: 'file_1' },
    ]),
  ],
  [
    'a file by its address',
    parts([
      { type: 'input_file', file: { url: 'https://example.com/a.pdf' } },
      { type: 'input_file', file_url: 'https://example.com/a.pdf' },
    ]),
  ],
  [
    'a breakpoint of the prompt cache',
    parts([
      { ...text('Long'), promptCacheBreakpoint: { mode: 'explicit' } },
      { ...text('Long'), prompt_cache_breakpoint: { mode: 'explicit' } },
    ]),
  ],
]

const goOn: Turn = { input: 'Go on', responses: [[answer('Done')]] }
const callMore: Turn = { input: 'Go on', responses: [[call('search', { q: 'more' })], [answer('Done')]] }

export const CONVERSATIONS: readonly Conversation[] = [
  ...FIRST_TURNS.flatMap(([name, tools, responses]): Conversation[] => [
    { name, tools, turns: [{ input: 'Hello', responses }, goOn] },
    {
      name: `${name}, streamed`,
      tools,
      turns: [
        { input: 'Hello', responses, streamed: true },
        { ...callMore, streamed: true },
      ],
    },
  ]),
  ...INPUTS.map(
    ([name, input]): Conversation => ({
      name,
      tools: [],
      turns: [{ input, responses: [[answer('Hi')]] }, callMore],
    }),
  ),
  {
    name: 'a call that a person refuses',
    tools: [],
    turns: [
      { input: 'Hello', responses: [[call('remove', { q: 'x' })], [answer('Hi')]], approve: false },
      goOn,
    ],
  },
  {
    name: 'many turns',
    tools: [],
    turns: [
      {
        input: 'Hello',
        responses: [[reasoning({ encrypted_content: 'g' }), call('search', { q: 'x' })], [answer('Hi')]],
      },
      { input: 'And?', responses: [[call('draw')], [reasoning(), answer('Hi')]], streamed: true },
      { input: 'More', responses: [[call('remove', { q: 'y' })], [answer('Hi')]] },
      callMore,
    ],
  },
]

/** What only the runner of one SDK can do: that one begins it, and the other goes on. */
export const ONE_SIDED: Readonly<Record<'js' | 'python', readonly Conversation[]>> = {
  js: [
    [
      'a search for tools in the process',
      'client-search',
      { id: id('tsc'), type: 'tool_search_call', execution: 'client', arguments: { query: 'x' } },
    ] as const,
  ].flatMap((given) => begunWith(...given, call('find', { q: 'x' }))),
  python: [
    [
      'a command of the local shell',
      'local-shell',
      {
        id: id('lsh'),
        type: 'local_shell_call',
        action: {
          type: 'exec',
          command: ['ls', '-l'],
          env: { some_key: '1' },
          timeout_ms: 1000,
          user: null,
          working_directory: '/',
        },
      },
    ] as const,
  ].flatMap((given) => begunWith(...given)),
}

function begunWith(name: string, kind: string, first: object, ...then: object[]): Conversation[] {
  const begun = { ...first, call_id: id('call'), status: 'completed' }
  const responses = [[begun], ...then.map((item) => [item]), [answer('Hi')]]
  return [false, true].map((streamed) => ({
    name: streamed ? `${name}, streamed` : name,
    tools: [kind],
    turns: [
      { input: 'Hello', responses, streamed },
      { ...callMore, streamed },
    ],
  }))
}
