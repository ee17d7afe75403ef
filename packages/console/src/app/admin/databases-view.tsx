import type { DatabaseInfo, PerSQL } from '@persql/sdk'
import { toSlug } from '@persql/sdk/protocol'
import { parseTime } from '@persql/session-core'
import { useEffect, useState } from 'preact/hooks'
import { href } from '../router.ts'
import { Confirm, FormDialog } from '../ui/dialog.tsx'
import { NumberField, TextField } from '../ui/fields.tsx'
import { day } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { useAsync } from '../ui/use-async.ts'
import { AdminPage } from './admin-page.tsx'

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
    <AdminPage
      title="Databases"
      icon="databases"
      buttons={
        <button type="button" class="primary" onClick={() => setCreating(true)}>
          <Icon name="plus" /> New database
        </button>
      }
      list={databases}
      columns={[
        {
          name: 'Database',
          cell: ({ slug }) => (
            <>
              <a href={href(slug, 'sessions')}>
                {namespace}/{slug}
              </a>{' '}
              {slug === current && <span class="tag accent">open</span>}
            </>
          ),
        },
        { name: 'Name', isWide: true, cell: ({ name }) => name },
        {
          name: 'Created',
          isWide: true,
          cell: ({ createdAt }) => (createdAt ? day(parseTime(createdAt)) : ''),
        },
      ]}
      removal="Delete"
      nameOf={({ slug }) => slug}
      onRemove={setDeleting}
    >
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
    </AdminPage>
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
      <TextField
        label="Name"
        value={name}
        hint={slug ? `Addressed as ${slug}` : 'Its address is made of the name.'}
        onInput={setName}
      />
      <NumberField
        label="Delete after, in days"
        min={0.01}
        max={365}
        step="any"
        value={days}
        placeholder="Never"
        onInput={setDays}
      />
    </FormDialog>
  )
}
