import { Agent } from '@openai/agents'
import { assistantMessage } from '@openai/agents-core/testing'
import { appendLine } from './append-line.ts'
import { callOf, plainTool, scriptedModel } from './scripted-agents.ts'

/** Two turns with tools, of which some calls block their process for longer than its claim holds. */
export function rivalAgent(runId: string, log: string): Agent {
  let calls = Number(runId.slice(4))
  const work = (name: string) =>
    plainTool(name, async () => {
      appendLine(log, `${runId} ${name} of ${process.pid}`)
      calls += 1
      if (calls % 3 === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30)
      return `${name} by ${process.pid}`
    })
  const names = ['a', 'b', 'c']
  const turns = [[callOf('a'), callOf('b')], [callOf('c')], [assistantMessage('Done.')]]
  return new Agent({
    name: 'Rival',
    model: scriptedModel('Rival', turns, async () => {}),
    tools: names.map(work),
  })
}
