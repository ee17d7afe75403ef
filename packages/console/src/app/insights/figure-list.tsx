import type { SessionFigure } from '../data/insights.ts'
import { href } from '../router.ts'
import { number } from '../ui/format.ts'

export interface FigureListProps {
  readonly title: string
  readonly database: string
  readonly figures: readonly SessionFigure[]
  readonly format?: (value: number) => string
}

/** Sessions with the most of something. */
export function FigureList({ title, database, figures, format = number }: FigureListProps) {
  const most = figures[0]?.count ?? 1
  return (
    <section class="card figures">
      <h2>{title}</h2>
      {figures.length === 0 ? (
        <p class="muted">None in this time.</p>
      ) : (
        <ol>
          {figures.map(({ id, count }) => (
            <li key={id}>
              <a href={href(database, 'sessions', id)}>{id}</a>
              <span>{format(count)}</span>
              <span class="meter" style={{ '--part': String(count / most) }} />
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}
