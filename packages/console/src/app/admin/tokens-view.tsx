import type { CreatedToken, DatabaseInfo, PerSQL, TokenInfo, TokenRole } from '@persql/sdk'
import { useState } from 'preact/hooks'
import { Confirm, FormDialog } from '../ui/dialog.tsx'
import { day, parseTime } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { Problem } from '../ui/problem.tsx'
import { useAsync } from '../ui/use-async.ts'
import { Remaining } from './remaining.tsx'
import { RemoveCell } from './remove-cell.tsx'
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
    <div class="page">
      <header class="page-head">
        <h1>
          Tokens <span class="count">{tokens.data?.length}</span>
        </h1>
        <button type="button" class="primary" onClick={() => setCreating(true)}>
          <Icon name="plus" /> New token
        </button>
      </header>
      {tokens.error && <Problem error={tokens.error} onRetry={tokens.reload} />}
      {tokens.data && (
        <div class="card table-scroll">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Role</th>
                <th scope="col" class="wide-only">
                  Reaches
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
              {tokens.data.map((token) => (
                <tr key={token.id}>
                  <th scope="row">{token.name}</th>
                  <td>
                    <span class={`tag ${token.role === 'admin' ? 'warn' : ''}`}>{token.role}</span>
                  </td>
                  <td class="wide-only">{reachOf(token)}</td>
                  <td class="wide-only">{day(parseTime(token.createdAt))}</td>
                  <td>
                    <Remaining until={token.expiresAt} onEnd={tokens.reload} />
                  </td>
                  <RemoveCell action="Revoke" name={token.name} onClick={() => setRevoking(token)} />
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
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
    </div>
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
      <label class="field">
        <span>Name</span>
        <input value={name} autocomplete="off" onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <label class="field">
        <span>Role</span>
        <select value={role} onChange={(event) => setRole(event.currentTarget.value as TokenRole)}>
          <option value="readonly">readonly</option>
          <option value="readwrite">readwrite: everything but the schema</option>
          <option value="admin">admin</option>
        </select>
      </label>
      <label class="field">
        <span>Database</span>
        <select value={database} onChange={(event) => setDatabase(event.currentTarget.value)}>
          <option value="">All</option>
          {databases.map(({ slug }) => (
            <option key={slug} value={slug}>
              {slug}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>Tables, with commas between them</span>
        <input
          value={tables}
          placeholder="All"
          autocomplete="off"
          onInput={(event) => setTables(event.currentTarget.value)}
        />
      </label>
      <label class="field">
        <span>Ends after, in days</span>
        <input
          type="number"
          min="0.01"
          step="any"
          value={days}
          placeholder="Never"
          onInput={(event) => setDays(event.currentTarget.value)}
        />
      </label>
    </FormDialog>
  )
}
