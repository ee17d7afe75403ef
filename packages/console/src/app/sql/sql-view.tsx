import { useMemo, useState } from 'preact/hooks'
import { type Database, quoteName } from '../data/database.ts'
import { Icon } from '../ui/icon.tsx'
import { readDraft, writeDraft } from './draft.ts'
import { type Outcome, OutcomeView } from './outcome-view.tsx'
import { SaveDialog } from './save-dialog.tsx'
import { readSavedQueries, type SavedQuery, writeSavedQueries } from './saved-queries.ts'
import { SqlSidebar } from './sql-sidebar.tsx'
import { useSqlEditor } from './use-sql-editor.ts'

export interface SqlViewProps {
  readonly database: Database
  readonly canWrite: boolean
  readonly onSchemaChange: () => void
}

export function SqlView({ database, canWrite, onSchemaChange }: SqlViewProps) {
  const { handle, slug } = database
  const [text, setText] = useState(() => readDraft(slug) ?? firstQuery(database))
  const [isWriting, setWriting] = useState(false)
  const [outcome, setOutcome] = useState<Outcome>()
  const [saved, setSaved] = useState(readSavedQueries)
  const [isNaming, setNaming] = useState(false)
  const [isSideOpen, setSideOpen] = useState(false)
  const [running, setRunning] = useState<AbortController>()
  const schema = useMemo(() => schemaOf(database), [database])
  const { parent, editor } = useSqlEditor({
    text,
    dialect: handle.sqlDialect,
    schema,
    onRun: () => void run(),
    onChange: (next) => {
      writeDraft(slug, next)
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
        onAdd={(added) => {
          const names = added.map(({ name }) => name)
          save([...saved.filter(({ name }) => !names.includes(name)), ...added])
        }}
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
              <span>Allow writing</span>
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
          <OutcomeView
            outcome={outcome}
            isRunning={running !== undefined}
            mayAllowWriting={canWrite && !isWriting}
          />
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

function firstQuery({ sessions, description, dialect }: Database): string {
  if (sessions)
    return `select session_id, updated_at\nfrom ${sessions.sessions}\norder by updated_at desc\nlimit 100`
  const [first] = description.tables
  return first ? `select *\nfrom ${quoteName(first.table, dialect)}\nlimit 100` : ''
}

function schemaOf({ description }: Database): Record<string, string[]> {
  return Object.fromEntries(
    description.tables.map(({ table, columns }) => [table, columns.map(({ name }) => name)]),
  )
}
