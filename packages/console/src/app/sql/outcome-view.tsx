import { type ExplainResponse, PerSQLError, type QueryResult } from '@persql/sdk'
import { useRef, useState } from 'preact/hooks'
import { Empty } from '../ui/empty.tsx'
import { number, plural } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { Problem } from '../ui/problem.tsx'
import { download, type Table, toCsv, toJson } from './export.ts'
import { PlanView } from './plan-view.tsx'
import { ResultsTable } from './results-table.tsx'

/** What became of SQL that was run. */
export type Outcome =
  | { readonly kind: 'results'; readonly results: readonly QueryResult[]; readonly ms: number }
  | { readonly kind: 'plan'; readonly plan: ExplainResponse['plan'] }
  | { readonly kind: 'error'; readonly error: Error }

export interface OutcomeViewProps {
  readonly outcome: Outcome | undefined
  readonly isRunning: boolean
  /** Whether there is a switch for writing, which is off. */
  readonly mayAllowWriting: boolean
}

export function OutcomeView({ outcome, isRunning, mayAllowWriting }: OutcomeViewProps) {
  if (isRunning) {
    return (
      <p class="starting" role="status">
        Running…
      </p>
    )
  }
  if (!outcome) {
    return (
      <Empty icon="sql" title="Nothing has run yet">
        <kbd>Ctrl</kbd> or <kbd>⌘</kbd> with <kbd>Enter</kbd> runs the selection, or everything at once.
      </Empty>
    )
  }
  if (outcome.kind === 'error') {
    return <Problem error={mayAllowWriting ? explained(outcome.error) : outcome.error} />
  }
  if (outcome.kind === 'plan') return <PlanView plan={outcome.plan} />
  return <Results results={outcome.results} ms={outcome.ms} />
}

function explained(error: Error): Error {
  const isRefused = error instanceof PerSQLError && error.detail?.kind === 'readonly'
  return isRefused ? new Error(`${error.message} Switch on “Allow writing” to run it.`) : error
}

function Results({ results, ms }: { readonly results: readonly QueryResult[]; readonly ms: number }) {
  const [chosen, setChosen] = useState(results.length - 1)
  const group = useRef<HTMLDivElement>(null)
  const result = results[chosen] ?? results[0]!
  return (
    <>
      <header class="results-head">
        {results.length > 1 && (
          <div class="segments" ref={group} role="group" aria-label="Results">
            {results.map((_, index) => (
              <button
                key={index}
                type="button"
                aria-pressed={index === chosen}
                onClick={() => setChosen(index)}
              >
                {index + 1}
              </button>
            ))}
          </div>
        )}
        <span role="status">
          {summaryOf(result)}{' '}
          <span class="muted">in {ms < 10 ? ms.toFixed(1) : number(Math.round(ms))} ms</span>
        </span>
        <span class="grow" />
        {result.columns.length > 0 && <Exports table={result} />}
      </header>
      {result.columns.length > 0 && <ResultsTable key={chosen} columns={result.columns} rows={result.rows} />}
    </>
  )
}

function summaryOf({ columns, rows, changes, rowsWritten }: QueryResult): string {
  if (columns.length > 0) return plural(rows.length, 'row')
  return `${plural(changes ?? rowsWritten, 'row')} changed`
}

function Exports({ table }: { readonly table: Table }) {
  return (
    <>
      <button type="button" onClick={() => download('result.csv', 'text/csv', toCsv(table))}>
        <Icon name="download" /> CSV
      </button>
      <button type="button" onClick={() => download('result.json', 'application/json', toJson(table))}>
        <Icon name="download" /> JSON
      </button>
    </>
  )
}
