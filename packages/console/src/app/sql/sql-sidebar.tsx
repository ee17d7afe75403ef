import { useState } from 'preact/hooks'
import { type Database, quoteName } from '../data/database.ts'
import { Icon } from '../ui/icon.tsx'
import { sayProblem } from '../ui/toasts.tsx'
import { download } from './export.ts'
import { readyQueries } from './ready-queries.ts'
import { formatQueries, parseQueries, type SavedQuery } from './saved-queries.ts'

export interface SqlSidebarProps {
  readonly database: Database
  readonly saved: readonly SavedQuery[]
  readonly onPick: (sql: string) => void
  readonly onForget: (query: SavedQuery) => void
  readonly onAdd: (queries: readonly SavedQuery[]) => void
}

/** Queries to start from, and the schema. */
export function SqlSidebar({ database, saved, onPick, onForget, onAdd }: SqlSidebarProps) {
  return (
    <aside class="sql-side" aria-label="Queries and schema">
      <section>
        <h2>Saved</h2>
        <ul>
          {saved.map((query) => (
            <li key={query.name} class="saved">
              <button type="button" class="side-item" onClick={() => onPick(query.sql)}>
                <Icon name="file" /> <span>{query.name}</span>
              </button>
              <button
                type="button"
                class="quiet"
                aria-label={`Forget ${query.name}`}
                title="Forget"
                onClick={() => onForget(query)}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
        <div class="buttons">
          {saved.length > 0 && (
            <button
              type="button"
              class="link"
              onClick={() => download('queries.json', 'application/json', formatQueries(saved))}
            >
              To a file
            </button>
          )}
          <label class="link">
            From a file
            <input
              type="file"
              class="visually-hidden"
              accept=".json,application/json"
              onChange={({ currentTarget }) => {
                const [file] = currentTarget.files ?? []
                void file?.text().then(parseQueries).then(onAdd).catch(sayProblem)
                currentTarget.value = ''
              }}
            />
          </label>
        </div>
      </section>
      {database.sessions && (
        <section>
          <h2>Ready to run</h2>
          <ul>
            {readyQueries(database).map(({ name, sql }) => (
              <li key={name}>
                <button type="button" class="side-item" onClick={() => onPick(sql)}>
                  <Icon name="play" /> <span>{name}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <h2>Schema</h2>
        <ul>
          {database.description.tables.map(({ table, columns }) => (
            <TableItem
              key={table}
              name={table}
              query={`select *\nfrom ${quoteName(table, database.dialect)}\nlimit 100`}
              columns={columns}
              onPick={onPick}
            />
          ))}
        </ul>
      </section>
    </aside>
  )
}

interface TableItemProps {
  readonly name: string
  /** Shows its rows. */
  readonly query: string
  readonly columns: Database['description']['tables'][number]['columns']
  readonly onPick: (sql: string) => void
}

function TableItem({ name, query, columns, onPick }: TableItemProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <li>
      <span class="saved">
        <button type="button" class="side-item" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          <Icon name="table" /> <span>{name}</span>
        </button>
        <button
          type="button"
          class="quiet"
          aria-label={`Query ${name}`}
          title="Query this table"
          onClick={() => onPick(query)}
        >
          <Icon name="play" />
        </button>
      </span>
      {isOpen && (
        <ul class="columns">
          {columns.map((column) => (
            <li key={column.name}>
              <span>{column.name}</span>
              <small class="muted">
                {column.type.toLowerCase()}
                {column.primaryKey > 0 && ' key'}
              </small>
            </li>
          ))}
        </ul>
      )}
    </li>
  )
}
