import type { AgentInputItem } from '@openai/agents-core'

export const user = (content: string): AgentInputItem => ({ type: 'message', role: 'user', content })

export const assistant = (text: string): AgentInputItem => ({
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text }],
})

export const call = (callId: string): AgentInputItem => ({
  type: 'function_call',
  callId,
  name: 'look_up',
  arguments: '{}',
  status: 'completed',
})

export const result = (callId: string): AgentInputItem => ({
  type: 'function_call_result',
  callId,
  name: 'look_up',
  status: 'completed',
  output: { type: 'text', text: 'found' },
})
