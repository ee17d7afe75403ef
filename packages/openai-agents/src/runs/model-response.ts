import type { AgentsSdk, Model, ModelResponse } from '../agents-sdk.ts'

type StreamEvent = ReturnType<Model['getStreamedResponse']> extends AsyncIterable<infer Event> ? Event : never
type Done = Extract<StreamEvent, { type: 'response_done' }>

/** A response as it is recorded, streamed or not. */
export type RecordedResponse = Omit<ModelResponse, 'usage' | 'responseId'> & {
  readonly responseId?: string | undefined
  readonly usage: Record<string, unknown>
}

export function recordedOf(response: ModelResponse): RecordedResponse {
  return plain({ ...response })
}

export function recordedOfStream({ response }: Done): RecordedResponse {
  const { id, ...rest } = response
  return plain({ ...rest, responseId: id })
}

/** Without the classes and hidden properties that SDKs of providers give their answers. Items are left as they are. */
function plain({ usage, providerData, rawUsage, ...rest }: Record<string, unknown>): RecordedResponse {
  const json = (value: unknown) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)))
  return {
    ...rest,
    usage: json(usage),
    providerData: json(providerData),
    rawUsage: json(rawUsage),
  } as RecordedResponse
}

export function responseOf(recorded: RecordedResponse, sdk: AgentsSdk): ModelResponse {
  return { ...recorded, usage: new sdk.Usage(recorded.usage) } as ModelResponse
}

/** The events of a response that was recorded: its texts in one piece each. */
export function* eventsOf(recorded: RecordedResponse): Generator<StreamEvent> {
  yield { type: 'response_started' } as StreamEvent
  for (const item of recorded.output) {
    if (item.type !== 'message' || typeof item.content === 'string') continue
    for (const part of item.content) {
      if (typeof part !== 'string' && part.type === 'output_text' && part.text !== '') {
        yield { type: 'output_text_delta', delta: part.text } as StreamEvent
      }
    }
  }
  const { responseId, usage, ...rest } = recorded
  yield { type: 'response_done', response: { ...rest, id: responseId ?? '', usage } } as unknown as Done
}
