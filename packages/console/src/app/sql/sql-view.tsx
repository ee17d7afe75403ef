import type { ExplainResponse, QueryResult } from '@persql/sdk'
import { useMemo, useRef, useState } from 'preact/hooks'
import { type Database, quoteName } from '../data/database.ts'
import { FormDialog } from '../ui/dialog.tsx'
import { Empty } from '../ui/empty.tsx'
import { number, plural } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { Problem } from '../ui/problem.tsx'
import { download, type Table, toCsv, toJson } from './export.ts'
import { PlanView } from './plan-view.tsx'
import { ResultsTable } from './results-table.tsx'
import { readSavedQueries, type SavedQuery, writeSavedQueries } from './saved-queries.ts'
import { SqlSidebar } from './sql-sidebar.tsx'
import { useSqlEditor } from './use-sql-editor.ts'

export interface SqlViewProps {
  readonly database: Database
  readonly canWrite: boolean
  readonly onSchemaChange: () => void
}

type Outcome =
  | { readonly kind: 'results'; readonly results: readonly QueryResult[]; readonly ms: number }
  | { readonly kind: 'plan'; readonly plan: ExplainResponse['plan'] }
  | { readonly kind: 'error'; readonly error: Error }

/** What was typed last, for as long as the page lives. */
const drafts = new Map<string, string>()

export function SqlView({ database, canWrite, onSchemaChange }: SqlViewProps) {
  const { handle, slug } = database
  const [text, setText] = useState(() => drafts.get(slug) ?? firstQuery(database))
  const [isWriting, setWriting] = useState(false)
  const [outcome, setOutcome] = useState<Outcome>()
  const [saved, setSaved] = useState(readSavedQueries)
  const [isNaming, setNaming] = useState(false)
  const [isSideOpen, setSideOpen] = useState(false)
  const [running, setRunning] = useState<AbortController>()
  const schema = useMemo(() => schemaOf(database), [database])
  const { parent, editor } = useSqlEditor({
    text,
    schema,
    onRun: () => void run(),
    onChange: (next) => {
      drafts.set(slug, next)
      setText(next)
    },
  })

  async function attempt(work: (signal: AbortSignal) => Promise<Outcome>): Promise<void> {
    const controller = new AbortController()
    setRunning(controller)
    setOutcome(await work(controller.signal).catch((error: Error): Outcome => ({ kind: 'error', error })))
    setRunning(undefined)
  }

  async function run(): Promise<void> {
    const statements = editor?.statements() ?? []
    if (statements.length === 0 || running) return
    await attempt(async (signal) => {
      const options = { readOnly: !isWriting, signal }
      const started = performance.now()
      const [first = ''] = statements
      const results =
        statements.length === 1
          ? [await handle.query(first, [], options)]
          : await handle.transaction(
              statements.map((sql) => ({ sql })),
              options,
            )
      if (isWriting) onSchemaChange()
      return { kind: 'results', results, ms: performance.now() - started }
    })
  }

  async function explain(): Promise<void> {
    const [statement] = editor?.statements() ?? []
    if (statement === undefined || running) return
    await attempt(async (signal) => {
      const { plan } = await handle.explain(statement, [], { signal })
      return { kind: 'plan', plan }
    })
  }

  function save(queries: readonly SavedQuery[]): void {
    writeSavedQueries(queries)
    setSaved(queries)
  }

  return (
    <div class="sql" data-writing={isWriting} data-side={isSideOpen}>
      <SqlSidebar
        database={database}
        saved={saved}
        onPick={(sql) => {
          editor?.setText(sql)
          editor?.focus()
          setSideOpen(false)
        }}
        onForget={(query) => save(saved.filter((other) => other !== query))}
      />
      <div class="sql-main">
        <header class="sql-head">
          <h1 class="visually-hidden">SQL</h1>
          <button
            type="button"
            class="primary"
            disabled={!editor || running !== undefined}
            onClick={() => void run()}
          >
            <Icon name="play" /> Run
          </button>
          {running && (
            <button type="button" onClick={() => running.abort()}>
              Stop
            </button>
          )}
          <button
            type="button"
            aria-label="Plan"
            disabled={!editor || running !== undefined}
            onClick={() => void explain()}
          >
            <Icon name="plan" /> <span class="label">Plan</span>
          </button>
          <button type="button" aria-label="Save" onClick={() => setNaming(true)}>
            <Icon name="file" /> <span class="label">Save</span>
          </button>
          <button
            type="button"
            class="narrow-only"
            aria-label="Queries and schema"
            aria-expanded={isSideOpen}
            onClick={() => setSideOpen(!isSideOpen)}
          >
            <Icon name="list" /> <span class="label">Queries</span>
          </button>
          <span class="grow" />
          {canWrite ? (
            <label class={isWriting ? 'switch is-danger' : 'switch'}>
              <input
                type="checkbox"
                role="switch"
                aria-checked={isWriting}
                checked={isWriting}
                onChange={(event) => setWriting(event.currentTarget.checked)}
              />
              <span class="switch-track" />
              <span>{isWriting ? 'Writing is on' : 'Read-only'}</span>
            </label>
          ) : (
            <span class="tag">Read-only</span>
          )}
        </header>
        {isWriting && (
          <p class="writing" role="status">
            <Icon name="warning" /> Statements change the database. This switches itself off when you leave
            the view.
          </p>
        )}
        <div class="sql-editor" ref={parent} aria-busy={!editor} />
        <div class="sql-results">
          <OutcomeView outcome={outcome} isRunning={running !== undefined} />
        </div>
      </div>
      {isNaming && (
        <SaveDialog
          onSave={(name) => save([...saved.filter((other) => other.name !== name), { name, sql: text }])}
          onClose={() => setNaming(false)}
        />
      )}
    </div>
  )
}

function OutcomeView({
  outcome,
  isRunning,
}: {
  readonly outcome: Outcome | undefined
  readonly isRunning: boolean
}) {
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
  if (outcome.kind === 'error') return <Problem error={explained(outcome.error)} />
  if (outcome.kind === 'plan') return <PlanView plan={outcome.plan} />
  return <Results results={outcome.results} ms={outcome.ms} />
}

function explained(error: Error): Error {
  const isRefused = 'status' in error && error.status === 403 && /read/i.test(error.message)
  return isRefused ? new Error(`${error.message} Switch writing on, if your token may write.`) : error
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

function SaveDialog({
  onSave,
  onClose,
}: {
  readonly onSave: (name: string) => void
  readonly onClose: () => void
}) {
  const [name, setName] = useState('')
  return (
    <FormDialog
      title="Save this query"
      action="Save"
      isReady={name.trim() !== ''}
      onSubmit={async () => onSave(name.trim())}
      onClose={onClose}
    >
      <div class="field-group">
        <label class="field">
          <span>Name</span>
          <input value={name} autocomplete="off" onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <small class="muted">It is kept in this browser.</small>
      </div>
    </FormDialog>
  )
}

function firstQuery({ sessions, description }: Database): string {
  if (sessions)
    return `select session_id, updated_at\nfrom ${sessions.sessions}\norder by updated_at desc\nlimit 100`
  const [first] = description.tables
  return first ? `select *\nfrom ${quoteName(first.table)}\nlimit 100` : ''
}

function schemaOf({ description }: Database): Record<string, string[]> {
  return Object.fromEntries(
    description.tables.map(({ table, columns }) => [table, columns.map(({ name }) => name)]),
  )
}
