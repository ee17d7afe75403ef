const NUMBER = new Intl.NumberFormat('en')
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })
const DATE = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' })
const DAY = new Intl.DateTimeFormat('en', { dateStyle: 'medium' })
const CLOCK = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })

export const number = (value: number) => NUMBER.format(value)
export const compact = (value: number) => COMPACT.format(value)
export const dateTime = (date: Date) => (isTime(date) ? DATE.format(date) : '?')
export const day = (date: Date) => (isTime(date) ? DAY.format(date) : '?')
export const clock = (date: Date) => (isTime(date) ? CLOCK.format(date) : '')

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`
}

export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = count < 1 ? 0 : Math.min(Math.floor(Math.log10(count) / 3), units.length - 1)
  const value = count / 1000 ** power
  return `${value.toFixed(power > 0 && value < 10 ? 1 : 0)} ${units[power]}`
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

export function usd(value: number): string {
  return value === 0 ? '$0' : value < 0.01 ? `$${Number(value.toPrecision(2))}` : `$${value.toFixed(2)}`
}

const UNITS = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const

/** `5 min ago`, or `in 3 days` for a time to come. */
export function relative(date: Date, now = Date.now()): string {
  if (!isTime(date)) return '?'
  const seconds = Math.round((date.getTime() - now) / 1000)
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? UNITS[5]
  if (unit === 'second' && Math.abs(seconds) < 10) return 'now'
  const format = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'narrow' })
  return format.format(Math.trunc(seconds / size), unit)
}

/** `2 d 4 h`, `59 min 3 s`: the two largest units of what is left. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor((seconds % 86_400) / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'min'],
    [seconds % 60, 's'],
  ] as const
  const first = parts.findIndex(([count]) => count > 0)
  if (first === -1) return '0 s'
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ')
}

function isTime(date: Date): boolean {
  return !Number.isNaN(date.getTime())
}
