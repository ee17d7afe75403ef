import { InvalidArgumentError } from 'commander'

/** A whole number of at least `least`. */
export function wholeNumber(least: number) {
  return (text: string): number => {
    const number = Number(text)
    if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number >= least) return number
    throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`)
  }
}

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
  if (/^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text))) return text
  throw new InvalidArgumentError('It must be a day, such as 2026-01-31.')
}
