import type { CreatedToken, DatabaseInfo, PerSQL, TokenInfo, TokenRole } from '@persql/sdk'
import { parseTime } from '@persql/session-core'
import { useState } from 'preact/hooks'
import { Confirm, FormDialog } from '../ui/dialog.tsx'
import { NumberField, SelectField, TextField } from '../ui/fields.tsx'
import { day } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { useAsync } from '../ui/use-async.ts'
import { AdminPage } from './admin-page.tsx'
import { SecretDialog } from './secret-dialog.tsx'

export interface TokensViewProps {
  readonly persql: PerSQL
  readonly databases: readonly DatabaseInfo[]
}

export function TokensView({ persql, databases }: TokensViewProps) {
  const tokens = useAsync('tokens', () => persql.tokens.list())
  const [isCreating, setCreating] = useState(false)
  const [created, setCreated] = useState<CreatedToken>()
  const [revoking, setRevoking] = useState<TokenInfo>()
  return (
    <AdminPage
      title="Tokens"
      icon="tokens"
      buttons={
        <button type="button" class="primary" onClick={() => setCreating(true)}>
          <Icon name="plus" /> New token
        </button>
      }
      list={tokens}
      columns={[
        { name: 'Name', cell: ({ name }) => name },
        {
          name: 'Role',
          cell: ({ role }) => <span class={`tag ${role === 'admin' ? 'warn' : ''}`}>{role}</span>,
        },
        { name: 'Reaches', isWide: true, cell: reachOf },
        { name: 'Created', isWide: true, cell: ({ createdAt }) => day(parseTime(createdAt)) },
      ]}
      removal="Revoke"
      nameOf={({ name }) => name}
      onRemove={setRevoking}
    >
      {isCreating && (
        <CreateToken
          persql={persql}
          databases={databases}
          onDone={(token) => {
            setCreated(token)
            tokens.reload()
          }}
          onClose={() => setCreating(false)}
        />
      )}
      {created && (
        <SecretDialog
          title={`Token ${created.name}`}
          secret={created.token}
          onClose={() => setCreated(undefined)}
        />
      )}
      {revoking && (
        <Confirm
          title={`Revoke ${revoking.name}?`}
          action="Revoke token"
          onConfirm={async () => {
            await persql.tokens.revoke(revoking.id)
            tokens.reload()
          }}
          onClose={() => setRevoking(undefined)}
        >
          <p>Whatever uses this token stops working. If you are signed in with it, so does this console.</p>
        </Confirm>
      )}
    </AdminPage>
  )
}

function reachOf({ database, tableScope }: TokenInfo): string {
  const where = database ?? 'all databases'
  return tableScope ? `${where}: ${tableScope.join(', ')}` : where
}

interface CreateTokenProps extends TokensViewProps {
  readonly onDone: (token: CreatedToken) => void
  readonly onClose: () => void
}

const ROLES = [
  ['readonly', 'readonly'],
  ['readwrite', 'readwrite: everything but the schema'],
  ['admin', 'admin'],
] as const

function CreateToken({ persql, databases, onDone, onClose }: CreateTokenProps) {
  const [name, setName] = useState('')
  const [role, setRole] = useState<TokenRole>('readonly')
  const [database, setDatabase] = useState('')
  const [tables, setTables] = useState('')
  const [days, setDays] = useState('')
  const create = async () => {
    const tableScope = tables.split(',').flatMap((table) => table.trim() || [])
    onDone(
      await persql.tokens.create(name, {
        role,
        ...(database !== '' && { database }),
        ...(tableScope.length > 0 && { tableScope }),
        ...(days !== '' && { ttlSec: Math.round(Number(days) * 86_400) }),
      }),
    )
  }
  return (
    <FormDialog title="New token" action="Create" isReady={name !== ''} onSubmit={create} onClose={onClose}>
      <TextField label="Name" value={name} onInput={setName} />
      <SelectField label="Role" value={role} options={ROLES} onChange={setRole} />
      <SelectField
        label="Database"
        value={database}
        options={[['', 'All'], ...databases.map(({ slug }) => [slug, slug] as const)]}
        onChange={setDatabase}
      />
      <TextField
        label="Tables, with commas between them"
        value={tables}
        placeholder="All"
        onInput={setTables}
      />
      <NumberField
        label="Ends after, in days"
        min={0.01}
        step="any"
        value={days}
        placeholder="Never"
        onInput={setDays}
      />
    </FormDialog>
  )
}
