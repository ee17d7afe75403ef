import type { AgentInputItem } from '@openai/agents'

const SUGGESTIONS = ['My favourite colour is teal.', 'What is my favourite colour?']

/** The messages among the items, and the answer that is still being written. */
export function messageBubbles(items: readonly AgentInputItem[], answer?: string): HTMLElement[] {
  const bubbles = items.flatMap((item) => {
    if (!('role' in item) || item.role === 'system') return []
    return [bubble(item.role, textOf(item.content))]
  })
  if (answer !== undefined) bubbles.push(bubble('assistant', answer))
  return bubbles.length > 0 ? bubbles : [welcome()]
}

function bubble(role: 'user' | 'assistant', text: string): HTMLElement {
  const paragraph = document.createElement('p')
  paragraph.className = `message ${role}`
  paragraph.textContent = text
  return paragraph
}

function textOf(content: string | readonly { type: string }[]): string {
  if (typeof content === 'string') return content
  return content.map((part) => ('text' in part && typeof part.text === 'string' ? part.text : '')).join('')
}

function welcome(): HTMLElement {
  const box = document.createElement('div')
  box.className = 'welcome'
  const hint = document.createElement('p')
  hint.textContent = 'Tell the agent something, reload the page, and ask.'
  const buttons = SUGGESTIONS.map((text) => {
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = text
    return button
  })
  box.append(hint, ...buttons)
  return box
}
