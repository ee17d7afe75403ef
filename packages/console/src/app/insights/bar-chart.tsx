import { useState } from 'preact/hooks'
import { navigate } from '../router.ts'
import { compact, number } from '../ui/format.ts'

interface Bar {
  readonly label: string
  readonly value: number
}

export interface BarChartProps {
  readonly title: string
  /** What all bars together come to, or the highest of them. */
  readonly summary: 'sum' | 'peak'
  /** Follows that number. */
  readonly unit: string
  readonly bars: readonly Bar[]
  readonly format?: (value: number) => string
  readonly tone?: 'accent' | 'second'
  /** Where a bar leads. */
  readonly linkOf?: (label: string) => string
}

const WIDTH = 600
const HEIGHT = 140

/** What the top of the scale may be, times a power of ten. */
const STEPS = [1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10]

/** Values over time. The one under the pointer is spelled out; a table holds all of them for those who cannot see. */
export function BarChart({
  title,
  summary,
  unit,
  bars,
  format = number,
  tone = 'accent',
  linkOf,
}: BarChartProps) {
  const [hovered, setHovered] = useState<number>()
  const peak = Math.max(...bars.map(({ value }) => value), 0)
  const top = niceTop(peak)
  const total = summary === 'peak' ? peak : bars.reduce((sum, { value }) => sum + value, 0)
  const step = WIDTH / Math.max(bars.length, 1)
  const shown = hovered === undefined ? undefined : bars[hovered]
  const pick = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect()
    const index = Math.floor(((event.clientX - box.left) / box.width) * bars.length)
    setHovered(Math.min(Math.max(index, 0), bars.length - 1))
  }
  return (
    <figure class="chart card">
      <figcaption>
        <span class="chart-title">{title}</span>
        <span class="chart-value">
          {shown ? (
            <>
              <span class="muted">{shown.label}</span> {format(shown.value)}
            </>
          ) : (
            <>
              {format(total)} <span class="muted">{unit}</span>
            </>
          )}
        </span>
      </figcaption>
      <div class="chart-plot">
        <span class="chart-scale" aria-hidden="true">
          <span>{top === 0 ? '' : format === number ? compact(top) : format(top)}</span>
          <span>0</span>
        </span>
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          aria-hidden="true"
          class={linkOf && 'is-linked'}
          onPointerMove={pick}
          onClick={() => shown && linkOf && shown.value > 0 && navigate(linkOf(shown.label))}
          onPointerLeave={() => setHovered(undefined)}
        >
          {[0, 0.5, 1].map((part) => (
            <line key={part} class="chart-line" x1="0" x2={WIDTH} y1={HEIGHT * part} y2={HEIGHT * part} />
          ))}
          {bars.map(({ label, value }, index) => {
            const height = top === 0 ? 0 : (value / top) * (HEIGHT - 4)
            return (
              <rect
                key={label}
                class={`bar ${tone} ${index === hovered ? 'is-hovered' : ''}`}
                x={index * step + step * 0.14}
                width={step * 0.72}
                y={HEIGHT - height}
                height={height}
                rx={Math.min(2, step / 4)}
              />
            )
          })}
        </svg>
      </div>
      <div class="chart-ends" aria-hidden="true">
        <span>{bars[0]?.label}</span>
        <span>{bars.at(-1)?.label}</span>
      </div>
      <table class="visually-hidden">
        <caption>{title}</caption>
        <tbody>
          {bars.map(({ label, value }) => (
            <tr key={label}>
              <th scope="row">
                {linkOf && value > 0 ? (
                  <a href={linkOf(label)} tabIndex={-1}>
                    {label}
                  </a>
                ) : (
                  label
                )}
              </th>
              <td>{format(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  )
}

/** The next round number. */
function niceTop(value: number): number {
  if (value <= 0) return 0
  const power = 10 ** Math.floor(Math.log10(value))
  return (STEPS.find((step) => step * power >= value) ?? 10) * power
}
