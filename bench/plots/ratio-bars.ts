import { rounded } from '../table.ts'
import { line, MARGIN, paragraph, rectangle, svgPage, text, WIDTH } from './svg.ts'

export interface RatioBars {
  readonly title: string
  readonly about: string
  readonly groups: readonly RatioGroup[]
  readonly notes: readonly string[]
}

export interface RatioGroup {
  readonly heading: string
  /** What 1 stands for. */
  readonly limit: string
  readonly bars: readonly RatioBar[]
}

export interface RatioBar {
  readonly name: string
  /** To what 1 stands for. */
  readonly ratio: number
  readonly isOwn: boolean
}

/** The widest that a character of a name is on the whole, in bold and otherwise. */
const CHARACTER = { own: 8.5, other: 7.4 }
const GAP = 8
const NUMBERS = 58
const BAR = 14
const ROW = 20
const LINE = 20

/** Bars that begin at 1, on a logarithmic scale: to the right where a ratio is above 1, to the left below. */
export function ratioBars({ title, about, groups, notes }: RatioBars): string {
  const ratios = groups.flatMap(({ bars }) => bars.map(({ ratio }) => ratio))
  const low = Math.log10(Math.min(0.8, ...ratios))
  const high = Math.log10(Math.max(1.25, ...ratios))
  const names = groups.flatMap(({ bars }) =>
    bars.map(({ name, isOwn }) => name.length * CHARACTER[isOwn ? 'own' : 'other']),
  )
  const left = MARGIN + Math.max(...names) + GAP
  const x = (ratio: number) =>
    left + ((Math.log10(ratio) - low) / (high - low)) * (WIDTH - NUMBERS - MARGIN - left)

  const parts = [text(MARGIN, 30, 'title', title)]
  const intro = paragraph(52, 'muted', about)
  parts.push(...intro.parts)
  let y = 52 + intro.height

  for (const { heading, limit, bars } of groups) {
    y += LINE
    parts.push(text(MARGIN, y - 4, 'heading', heading), text(WIDTH - MARGIN, y - 4, 'muted', limit, 'end'))
    parts.push(line([[x(1), y + 2] as const, [x(1), y + 4 + bars.length * ROW] as const], 'axis'))
    for (const { name, ratio, isOwn } of bars) {
      y += ROW
      const from = Math.min(x(1), x(ratio))
      const width = Math.max(2, Math.abs(x(ratio) - x(1)))
      parts.push(
        text(MARGIN, y - 2, isOwn ? 'heading' : 'text', name),
        rectangle(from, y - BAR + 2, width, BAR, isOwn ? 'own' : 'other'),
        text(Math.max(x(1), x(ratio)) + 6, y - 2, isOwn ? 'heading' : 'text', `${rounded(ratio)}×`),
      )
    }
    y += 8
  }

  y += LINE
  for (const note of notes) {
    const { parts: lines, height } = paragraph(y, 'muted', note)
    parts.push(...lines)
    y += height
  }
  return svgPage(`${title}. ${about}`, y, parts)
}
