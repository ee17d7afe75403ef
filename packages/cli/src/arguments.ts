import { InvalidArgumentError } from 'commander'

/** A whole number of at least `least`, and at most `most`. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    const number = Number(text)
    if (/^\d+$/.test(text) && number >= least && number <= most) return number
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`
    throw new InvalidArgumentError(`It must be a whole number ${range}.`)
  }
}

/** The number of a port; 0 takes a free one. */
export const portNumber = wholeNumber(0, 65_535)

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** A duration such as `90s`, `30m`, `1h` or `7d`, in seconds. */
export function duration(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? []
  const seconds = Number(number) * (SECONDS[unit] ?? Number.NaN)
  if (seconds > 0) return seconds
  throw new InvalidArgumentError('It must be a duration, such as 90s, 30m, 1h or 7d.')
}

/** Collects the values of an option that may be given more than once. */
export function collect(value: string, values: readonly string[] | undefined): readonly string[] {
  return [...(values ?? []), value]
}

/** A day in UTC, as in `2026-01-31`. */
export function day(text: string): string {
  if (/^\d{4}-\d\d-\d\d$/.test(text) && isDay(text)) return text
  throw new InvalidArgumentError('It must be a day, such as 2026-01-31.')
}

/** Whether there is such a day: the 30th of February would be one of March. */
function isDay(text: string): boolean {
  const time = Date.parse(text)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}

const TIME = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?Z?)?$/
const DAY_MS = 86_400_000

/** A time in UTC, or a duration that is over since, such as `7d`: the beginning of a day. */
export function since(text: string): Date {
  return moment(text, 0)
}

/** As {@link since}, but the end of a day. */
export function until(text: string): Date {
  return moment(text, DAY_MS)
}

function moment(text: string, ofDay: number): Date {
  if (/^\d+(\.\d+)?[smhd]$/.test(text)) return new Date(Date.now() - duration(text) * 1000)
  const [found, time] = TIME.exec(text) ?? []
  const parsed =
    found === undefined || !isDay(found.slice(0, 10))
      ? Number.NaN
      : Date.parse(`${found.replace(' ', 'T').replace(/Z$/, '')}${time ? 'Z' : ''}`)
  if (!Number.isNaN(parsed)) return new Date(time ? parsed : parsed + ofDay)
  throw new InvalidArgumentError(
    'It must be a day or a time in UTC, such as 2026-01-31 or 2026-01-31T14:30, or a duration, such as 7d.',
  )
}
