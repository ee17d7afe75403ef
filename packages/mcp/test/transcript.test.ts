import { expect, test } from 'vitest'
import { toEntry } from '../src/transcript.ts'

const read = (item: unknown) => toEntry(1, new Date(0), item)

test.each([
  [
    'reasoning in full',
    { type: 'reasoning', content: [], rawContent: [{ type: 'reasoning_text', text: 'Hm' }] },
  ],
  ['reasoning in short', { type: 'reasoning', content: [], summary: [{ type: 'summary_text', text: 'Hm' }] }],
  ['reasoning of the older form', { type: 'reasoning', content: [{ type: 'input_text', text: 'Hm' }] }],
])('says what is in %s', (_, item) => {
  expect(read(item).text).toBe('Hm')
})

test.each([
  [
    'a sound, with what is said in it',
    { role: 'user', content: [{ type: 'input_audio', audio: 'AAAA', transcript: 'Hm' }] },
    '[audio, AAAA]\nHm',
  ],
  ['a refusal', { role: 'assistant', content: [{ type: 'refusal', refusal: 'Hm' }] }, '[refused] Hm'],
])('names %s', (_, item, text) => {
  expect(read(item).text).toBe(text)
})

test('shows what hosted tools were asked and what they answered, without the data of an image', () => {
  const image = 'A'.repeat(4000)
  const hosted = (providerData: object, more: object = {}) => ({
    type: 'hosted_tool_call',
    name: (providerData as { type: string }).type,
    status: 'completed',
    providerData,
    ...more,
  })
  const items = [
    hosted({ type: 'code_interpreter_call', code: 'print(1)', outputs: [{ type: 'logs', logs: '1' }] }),
    hosted({ type: 'web_search_call', action: { type: 'search', query: 'Oslo' } }),
    hosted({
      type: 'file_search_call',
      queries: ['refunds'],
      results: [{ filename: 'a.md', score: 0.5, text: '30 days' }],
    }),
    hosted({ type: 'image_generation_call', revised_prompt: 'A cat' }, { output: image }),
    { type: 'computer_call', callId: 'c', actions: [{ type: 'wait' }, { type: 'type', text: 'hi' }] },
    {
      type: 'shell_call_output',
      callId: 's',
      output: [{ stdout: 'a', stderr: 'b', outcome: { type: 'exit', exitCode: 2 } }],
    },
  ]
  expect(items.map(read).map(({ kind, name, text }) => [kind, name, text])).toEqual([
    ['tool_call', 'code_interpreter', 'print(1)\n1'],
    ['tool_call', 'web_search', '{"type":"search","query":"Oslo"}'],
    ['tool_call', 'file_search', 'refunds\na.md (0.50): 30 days'],
    ['tool_call', 'image_generation', 'A cat\n[image, 3.0 kB]'],
    ['tool_call', 'computer', '{"type":"wait"}\n{"type":"type","text":"hi"}'],
    ['tool_result', undefined, 'a\nstderr: b\nexit code 2'],
  ])
})
