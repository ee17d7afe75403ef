import { rounded } from '../table.ts'
import { type Look, line, MARGIN, paragraph, rectangle, svgPage, text, WIDTH } from './svg.ts'

export interface LinePanels {
  readonly title: string
  readonly about: string
  /** What the right end of each panel stands for. */
  readonly end: string
  readonly panels: readonly Panel[]
}

interface Panel {
  readonly heading: string
  /** At most three. */
  readonly lines: readonly { readonly name: string; readonly values: readonly number[] }[]
}

const NUMBERS = 48
const HEIGHT = 88
const LOOKS: readonly Look[] = ['own', 'third', 'other']
const SWATCH = 10
/** How wide one is at most, on average, in the fonts of systems. */
const LETTER = 7

/** Lines over time, one panel for each unit; every scale begins at 0. */
export function linePanels({ title, about, end, panels }: LinePanels): string {
  const parts = [text(MARGIN, 30, 'title', title)]
  const intro = paragraph(52, 'muted', about)
  parts.push(...intro.parts)
  let y = 52 + intro.height
  for (const panel of panels) {
    parts.push(...drawPanel(panel, y))
    y += HEIGHT + 56
  }
  parts.push(text(MARGIN + NUMBERS, y - 8, 'muted', '0'), text(WIDTH - MARGIN, y - 8, 'muted', end, 'end'))
  return svgPage(`${title}. ${about}`, y + 8, parts)
}

function drawPanel({ heading, lines }: Panel, top: number): string[] {
  const left = MARGIN + NUMBERS
  const bottom = top + 32 + HEIGHT
  const most = niceAbove(Math.max(...lines.flatMap(({ values }) => values)))
  const y = (value: number) => bottom - (value / most) * HEIGHT
  const parts = [text(MARGIN, top + 14, 'heading', heading)]

  let x = WIDTH - MARGIN
  for (const [index, { name }] of [...lines.entries()].reverse()) {
    if (lines.length === 1) break
    parts.push(
      rectangle(x - SWATCH, top + 5, SWATCH, SWATCH, LOOKS[index]!),
      text(x - SWATCH - 5, top + 14, 'text', name, 'end'),
    )
    x -= SWATCH + 20 + name.length * LETTER
  }

  for (const tick of [0, most / 2, most]) {
    parts.push(
      line([[left, y(tick)] as const, [WIDTH - MARGIN, y(tick)] as const], tick === 0 ? 'axis' : 'grid'),
      text(left - 8, y(tick) + 4, 'muted', rounded(tick), 'end'),
    )
  }
  for (const [index, { values }] of lines.entries()) {
    const step = (WIDTH - MARGIN - left) / (values.length - 1)
    parts.push(
      line(
        values.map((value, place) => [left + place * step, y(value)] as const),
        LOOKS[index]!,
      ),
    )
  }
  return parts
}

/** 1, 2, 4 or 6 and noughts. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 4, 6].find((digit) => digit * power >= value) ?? 10) * power
}
