import { setTimeout as delay } from 'node:timers/promises'
import { Agent, handoff, type Model, tool } from '@openai/agents'
import { Usage } from '@openai/agents-core'
import { assistantMessage, functionCall } from '@openai/agents-core/testing'
import { z } from 'zod'
import { idempotencyKey, type RunStore } from '../../src/index.ts'
import { appendLine } from './append-line.ts'

type Output = Awaited<ReturnType<Model['getResponse']>>['output']

/** Answers by the number of results it was given since the last message, as a model would that reads its input. */
export function scriptedModel(
  name: string,
  turns: readonly Output[],
  asked: (name: string) => Promise<void>,
): Model {
  const resultsBefore = turns.map((_, turn) =>
    turns
      .slice(0, turn)
      .flat()
      .reduce((sum, { type }) => sum + Number(type === 'function_call'), 0),
  )
  const answer: Model['getResponse'] = async ({ input }) => {
    await asked(name)
    const items = typeof input === 'string' ? [] : input
    const calls = new Set(
      turns.flat().flatMap((item) => (item.type === 'function_call' ? [item.callId] : [])),
    )
    const results = items.filter(
      (item) => item.type === 'function_call_result' && calls.has(item.callId),
    ).length
    const turn = resultsBefore.indexOf(results)
    return {
      usage: new Usage({ requests: 1 }),
      output: structuredClone(turns[turn]!),
      responseId: `${name}-${turn}`,
    }
  }
  return {
    getResponse: (request) => answer(request),
    async *getStreamedResponse(request) {
      const { output, responseId = '' } = await answer(request)
      yield { type: 'response_started' }
      const usage = { requests: 1, inputTokens: 0, outputTokens: 0, totalTokens: 0 }
      yield { type: 'response_done', response: { id: responseId, output: output as never, usage } }
    },
  }
}

/** A call that {@link plainTool} of this name answers. */
export function callOf(name: string) {
  return functionCall(name, {}, { callId: `call-${name}` })
}

/** A tool without arguments, whose errors end the run. */
export function plainTool(
  name: string,
  execute: () => Promise<unknown>,
  { needsApproval = false } = {},
): ReturnType<typeof tool> {
  return tool({
    name,
    description: name,
    parameters: z.object({}),
    needsApproval,
    errorFunction: null,
    execute,
  })
}

/** Six turns with tools: parallel calls, an agent as a tool, approvals, and a handoff. Each call is logged. */
export function tripAgents(runId: string, runs: RunStore, log: string): Agent {
  const work = async (line: string) => {
    appendLine(log, line)
    await delay(1)
  }
  const named = (name: string, needsApproval = false) => {
    const execute = async () => {
      const key = idempotencyKey()!
      const recorded = (await runs.steps(runId)).some(
        (step) => step.key === `tool ${key.slice(runId.length + 1)}`,
      )
      await work(`${runId} tool ${key}${recorded ? ' RECORDED' : ''}`)
      return { done: name }
    }
    return plainTool(name, execute, { needsApproval })
  }
  const asked = (name: string) => work(`${runId} model ${name}`)
  const calls = (...names: string[]) => names.map(callOf)
  const weather = new Agent({
    name: 'Weather',
    model: scriptedModel('Weather', [calls('sky'), calls('wind'), [assistantMessage('Sunny.')]], asked),
    tools: [named('sky'), named('wind', true)],
  })
  const booking = new Agent({
    name: 'Booking',
    model: scriptedModel(
      'Booking',
      [calls('pay'), calls('mail', 'print'), [assistantMessage('Booked.')]],
      asked,
    ),
    tools: [named('pay', true), named('mail'), named('print')],
  })
  return new Agent({
    name: 'Trip',
    model: scriptedModel(
      'Trip',
      [
        calls('flights', 'hotels', 'trains'),
        [functionCall('weather', { input: 'there' }, { callId: 'call-weather' }), ...calls('map')],
        calls('plan'),
        [functionCall('transfer_to_Booking', {}, { callId: 'call-booking' })],
      ],
      asked,
    ),
    tools: [
      ...['flights', 'hotels', 'trains', 'map', 'plan'].map((name) => named(name)),
      weather.asTool({ toolName: 'weather', toolDescription: 'The weather.' }),
    ],
    handoffs: [handoff(booking)],
  })
}
