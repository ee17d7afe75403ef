import type { DatabaseInfo, PerSQL } from '@persql/sdk'
import { toSlug } from '@persql/sdk/protocol'
import { useEffect, useState } from 'preact/hooks'
import { href } from '../router.ts'
import { Confirm, FormDialog } from '../ui/dialog.tsx'
import { Empty } from '../ui/empty.tsx'
import { day, parseTime } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { Problem } from '../ui/problem.tsx'
import { useAsync } from '../ui/use-async.ts'
import { Remaining } from './remaining.tsx'
import { RemoveCell } from './remove-cell.tsx'

export interface DatabasesViewProps {
  readonly persql: PerSQL
  readonly namespace: string
  readonly current: string | undefined
  readonly onChange: (databases: readonly DatabaseInfo[]) => void
}

export function DatabasesView({ persql, namespace, current, onChange }: DatabasesViewProps) {
  const databases = useAsync('databases', () => persql.databases.list())
  const [isCreating, setCreating] = useState(false)
  const [deleting, setDeleting] = useState<DatabaseInfo>()
  useEffect(() => {
    if (databases.data) onChange(databases.data)
  }, [databases.data, onChange])
  return (
    <div class="page">
      <header class="page-head">
        <h1>
          Databases <span class="count">{databases.data?.length}</span>
        </h1>
        <button type="button" class="primary" onClick={() => setCreating(true)}>
          <Icon name="plus" /> New database
        </button>
      </header>
      {databases.error && <Problem error={databases.error} onRetry={databases.reload} />}
      {databases.data?.length === 0 && <Empty icon="databases" title="No databases yet" />}
      {databases.data && databases.data.length > 0 && (
        <div class="card table-scroll">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">Database</th>
                <th scope="col" class="wide-only">
                  Name
                </th>
                <th scope="col" class="wide-only">
                  Created
                </th>
                <th scope="col">Remaining</th>
                <th scope="col">
                  <span class="visually-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {databases.data.map((database) => (
                <tr key={database.id}>
                  <th scope="row">
                    <a href={href(database.slug, 'sessions')}>
                      {namespace}/{database.slug}
                    </a>{' '}
                    {database.slug === current && <span class="tag accent">open</span>}
                  </th>
                  <td class="wide-only">{database.name}</td>
                  <td class="wide-only">{database.createdAt ? day(parseTime(database.createdAt)) : ''}</td>
                  <td>
                    <Remaining until={database.expiresAt} onEnd={databases.reload} />
                  </td>
                  <RemoveCell action="Delete" name={database.slug} onClick={() => setDeleting(database)} />
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {isCreating && (
        <CreateDatabase persql={persql} onDone={databases.reload} onClose={() => setCreating(false)} />
      )}
      {deleting && (
        <Confirm
          title={`Delete ${deleting.slug}?`}
          action="Delete database"
          word={deleting.slug}
          onConfirm={async () => {
            await persql.databases.delete(deleting.slug)
            if (deleting.slug === current) location.hash = href(undefined, 'databases')
            databases.reload()
          }}
          onClose={() => setDeleting(undefined)}
        >
          <p>Everything in it is deleted, with its branches and their tokens. This cannot be undone.</p>
        </Confirm>
      )}
    </div>
  )
}

interface CreateDatabaseProps {
  readonly persql: PerSQL
  readonly onDone: () => void
  readonly onClose: () => void
}

function CreateDatabase({ persql, onDone, onClose }: CreateDatabaseProps) {
  const [name, setName] = useState('')
  const [days, setDays] = useState('')
  const slug = toSlug(name)
  const create = async () => {
    await persql.databases.create(name, days === '' ? {} : { ttlDays: Number(days) })
    onDone()
  }
  return (
    <FormDialog
      title="New database"
      action="Create"
      isReady={slug !== ''}
      onSubmit={create}
      onClose={onClose}
    >
      <div class="field-group">
        <label class="field">
          <span>Name</span>
          <input value={name} autocomplete="off" onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <small class="muted">{slug ? `Addressed as ${slug}` : 'Its address is made of the name.'}</small>
      </div>
      <label class="field">
        <span>Delete after, in days</span>
        <input
          type="number"
          min="0.01"
          max="365"
          step="any"
          value={days}
          placeholder="Never"
          onInput={(event) => setDays(event.currentTarget.value)}
        />
      </label>
    </FormDialog>
  )
}
