import { expect, test } from 'vitest'
import { mediaNote, pairResults, partsText, readItem, turnStarts, withoutOrphans } from '../src/index.ts'

const BASE64 = 'iVBORw0KGgo1'.repeat(100)

test.each([null, undefined, 5, 'text', [], [{ role: 'user' }], new Uint8Array(3), () => 1])(
  'says of what is no item that it is something else: %j',
  (item) => {
    expect(readItem(item)).toMatchObject({ kind: 'other', type: 'message', asked: [] })
  },
)

test.each([
  ['text that begins like an address of data', 'data: one, two', 'data: one, two'],
  ['an address of text', 'data:text/plain,hello', 'data:text/plain,hello'],
  ['long text without spaces', 'x'.repeat(5000), 'x'.repeat(5000)],
  ['an image in the address of data', `data:image/png;base64,${BASE64}`, '[image, image/png, 900 bytes]'],
  ['a file in the address of data', 'data:application/pdf;base64,AAAA', '[file, application/pdf, 3 bytes]'],
  [
    'an image in JSON',
    `{"a":"${BASE64}","n":1254071346418286654}`,
    '{"a":"[base64, 900 bytes]","n":1254071346418286654}',
  ],
  ['an address of data in JSON', `["data:image/png;base64,${BASE64}"]`, '["[image/png, 900 bytes]"]'],
  ['base64 whose slashes are escaped', `["${'Ab1\\/'.repeat(300)}"]`, '["[base64, 900 bytes]"]'],
])('keeps %s for reading', (_, output, text) => {
  const item = { type: 'function_call_result', callId: 'c', name: 'f', status: 'completed', output }
  expect(partsText(readItem(item).said)).toBe(text)
})

test('notes the size of bytes and base64 inside of what a tool is given', () => {
  const given = { list: [new Uint8Array(3), BASE64, `data:audio/wav;base64,${BASE64}`, 'short'], n: 1 }
  const { asked } = readItem({ type: 'tool_search_call', arguments: given })
  expect(asked).toEqual([
    {
      kind: 'data',
      value: { list: ['[3 bytes]', '[base64, 900 bytes]', '[audio/wav, 900 bytes]', 'short'], n: 1 },
    },
  ])
})

test('cuts an address that is long', () => {
  const place = `https://example.com/${'a'.repeat(300)}`
  expect(mediaNote({ kind: 'media', media: 'image', place })).toBe(`[image, ${place.slice(0, 200)}…]`)
})

test('puts a label beside one line, and above several', () => {
  expect(
    partsText([
      { kind: 'text', text: 'no', label: 'stderr' },
      { kind: 'code', text: 'a\nb', label: 'code' },
    ]),
  ).toBe('stderr: no\ncode:\na\nb')
})

const search = (id?: string) => ({ kind: 'call', type: 'tool_search_call', link: id }) as const
const found = (id?: string) => ({ kind: 'result', type: 'tool_search_output', link: id }) as const
const called = (link: string) => ({ kind: 'call', type: 'function_call', link }) as const
const answered = (link: string) => ({ kind: 'result', type: 'function_call_result', link }) as const

test('pairs a result with the latest call before it', () => {
  const items = [answered('a'), called('a'), answered('a'), called('a'), answered('a'), answered('b')]
  expect([...pairResults(items)]).toEqual([
    [2, 1],
    [4, 3],
  ])
})

test('pairs searches whose results name no call in the order of the calls', () => {
  expect([...pairResults([search('x'), search(), search(), found(), found('x'), found(), found()])]).toEqual([
    [3, 0],
    [4, 0],
    [5, 1],
    [6, 2],
  ])
})

test('leaves out what was answered to a call that is left out itself', () => {
  const caller = { type: 'program', callerId: 'p' }
  const items = [
    { type: 'reasoning', content: [] },
    { type: 'reasoning', content: [] },
    { type: 'function_call', callId: 'c', caller },
    { type: 'function_call_result', callId: 'c' },
    { type: 'reasoning', content: [] },
    { role: 'assistant', content: [] },
  ]
  expect(withoutOrphans(items)).toEqual(items.slice(4))
})

test('begins a turn at a user who does not go on, whatever rows that are no items stand between', () => {
  const user = { role: 'user' }
  expect(turnStarts([undefined, user, undefined, user, {}, undefined, user, user])).toEqual([1, 6])
})
