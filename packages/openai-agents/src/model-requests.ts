import { type ModelRequest, StorageError } from '@persql/session-core'
import type { ModelResponse } from './agents-sdk.ts'

/** What {@link PerSQLSession.recordUsage} needs of a result: any `RunResult` or `StreamedRunResult` that has ended. */
export interface ResultWithResponses {
  readonly rawResponses: readonly ModelResponse[]
  readonly lastAgent?: { readonly model: unknown } | undefined
}

export interface RecordUsageOptions {
  /** How long the run took, in milliseconds. It is kept with its last request. */
  readonly durationMs?: number | undefined
  /**
   * The model, where responses do not say it; those of streamed runs do not. Default: the one that the last agent
   * names.
   */
  readonly model?: string | undefined
}

type Details = Readonly<Record<string, number>>

/** The requests of a result whose usage is known. */
export function modelRequests(
  { rawResponses, lastAgent }: ResultWithResponses,
  { durationMs, model = nameOf(lastAgent?.model) }: RecordUsageOptions,
): ModelRequest[] {
  if (!Array.isArray(rawResponses)) {
    throw new StorageError('INVALID_ARGUMENT', 'recordUsage takes what `run` has resolved with.')
  }
  const known = (rawResponses as readonly ModelResponse[]).filter(
    ({ usage }) => usage.inputTokens > 0 || usage.outputTokens > 0,
  )
  return known.map(({ usage, responseId, requestId, providerData }, index) => ({
    requestId: responseId ?? requestId ?? crypto.randomUUID(),
    model: nameOf(providerData?.['model']) ?? model,
    inputTokens: usage.inputTokens,
    cachedInputTokens: sumOf(usage.inputTokensDetails, 'cached_tokens'),
    outputTokens: usage.outputTokens,
    reasoningTokens: sumOf(usage.outputTokensDetails, 'reasoning_tokens'),
    ...(index === known.length - 1 && { durationMs }),
  }))
}

function nameOf(model: unknown): string | undefined {
  return typeof model === 'string' && model !== '' ? model : undefined
}

function sumOf(details: readonly Details[] | Details | undefined, name: string): number {
  return [details ?? []].flat().reduce((sum, detail) => sum + (Number(detail[name]) || 0), 0)
}
