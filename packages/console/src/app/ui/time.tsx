import { dateTime, relative } from './format.ts'

/** How long ago something was; the exact time shows on hovering. */
export function Time({ at }: { readonly at: Date }) {
  const isKnown = !Number.isNaN(at.getTime())
  return (
    <time dateTime={isKnown ? at.toISOString() : undefined} title={dateTime(at)}>
      {relative(at)}
    </time>
  )
}
