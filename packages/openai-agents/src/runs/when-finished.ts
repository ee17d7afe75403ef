import type { AnyAgent, StreamedRunResult } from '../agents-sdk.ts'

type Stream = StreamedRunResult<unknown, AnyAgent>

/** The stream, which is only completed, and whose events only end, once the run is written to its end as well. */
export function whenFinished(
  stream: Stream,
  finish: () => Promise<void>,
  failed: (error: unknown) => Promise<unknown>,
): Stream {
  const completed = stream.completed.then(finish).catch(async (error: unknown) => {
    throw await failed(error)
  })
  // Whoever only reads the events learns of an error there.
  completed.catch(() => undefined)
  const iterate = stream[Symbol.asyncIterator].bind(stream)
  const events = { [Symbol.asyncIterator]: iterate }
  return Object.defineProperties(stream, {
    completed: { value: completed },
    [Symbol.asyncIterator]: {
      async *value() {
        try {
          for await (const event of events) yield event
        } catch (error) {
          await completed
          throw error
        }
        await completed
      },
    },
  })
}
