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
  ['a sound', { role: 'user', content: [{ type: 'input_audio', audio: 'AAAA', transcript: 'Hm' }] }],
  ['a refusal', { role: 'assistant', content: [{ type: 'refusal', refusal: 'Hm' }] }],
])('says what is in %s', (_, item) => {
  expect(read(item).text).toBe('Hm')
})

test('names a sound that nobody wrote down', () => {
  expect(read({ role: 'user', content: [{ type: 'input_audio', audio: 'AAAA' }] }).text).toBe('[input_audio]')
})
