import type { BranchInfo, BranchRole, ClaimedBranch, PerSQLDatabase } from '@persql/sdk'
import { useState } from 'preact/hooks'
import { href } from '../router.ts'
import { Confirm, FormDialog } from '../ui/dialog.tsx'
import { Empty } from '../ui/empty.tsx'
import { day, parseTime } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { Problem } from '../ui/problem.tsx'
import { useAsync } from '../ui/use-async.ts'
import { Remaining } from './remaining.tsx'
import { RemoveCell } from './remove-cell.tsx'
import { SecretDialog } from './secret-dialog.tsx'

export function BranchesView({ database }: { readonly database: PerSQLDatabase }) {
  const branches = useAsync(database.name, () => database.branches.list())
  const [dialog, setDialog] = useState<'create' | 'claim'>()
  const [claimed, setClaimed] = useState<ClaimedBranch>()
  const [deleting, setDeleting] = useState<BranchInfo>()
  return (
    <div class="page">
      <header class="page-head">
        <h1>
          Branches <span class="count">{branches.data?.length}</span>
        </h1>
        <span class="buttons">
          <button type="button" onClick={() => setDialog('claim')}>
            <Icon name="tokens" /> Lease with a token
          </button>
          <button type="button" class="primary" onClick={() => setDialog('create')}>
            <Icon name="plus" /> New branch
          </button>
        </span>
      </header>
      <p class="muted lead">
        Databases of their own with the schema of {database.name} and none of its rows.
      </p>
      {branches.error && <Problem error={branches.error} onRetry={branches.reload} />}
      {branches.data?.length === 0 && <Empty icon="branches" title="No branches" />}
      {branches.data && branches.data.length > 0 && (
        <div class="card table-scroll">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">Branch</th>
                <th scope="col" class="wide-only">
                  Database
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
              {branches.data.map((branch) => (
                <tr key={branch.id}>
                  <th scope="row">
                    <a href={href(branch.slug, 'sessions')}>{branch.branchRef}</a>
                  </th>
                  <td class="wide-only">
                    <code>{branch.slug}</code>
                  </td>
                  <td class="wide-only">{branch.createdAt ? day(parseTime(branch.createdAt)) : ''}</td>
                  <td>
                    <Remaining until={branch.expiresAt} onEnd={branches.reload} />
                  </td>
                  <RemoveCell action="Delete" name={branch.branchRef} onClick={() => setDeleting(branch)} />
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {dialog === 'create' && (
        <CreateBranch database={database} onDone={branches.reload} onClose={() => setDialog(undefined)} />
      )}
      {dialog === 'claim' && (
        <ClaimBranch
          database={database}
          onDone={(branch) => {
            setClaimed(branch)
            branches.reload()
          }}
          onClose={() => setDialog(undefined)}
        />
      )}
      {claimed && (
        <SecretDialog
          title={`Branch ${claimed.branchRef}`}
          secret={claimed.token}
          onClose={() => setClaimed(undefined)}
        />
      )}
      {deleting && (
        <Confirm
          title={`Delete ${deleting.branchRef}?`}
          action="Delete branch"
          onConfirm={async () => {
            await database.branches.delete(deleting.branchRef)
            branches.reload()
          }}
          onClose={() => setDeleting(undefined)}
        >
          <p>The branch is deleted with everything in it and its tokens. This cannot be undone.</p>
        </Confirm>
      )}
    </div>
  )
}

interface BranchDialogProps<Done> {
  readonly database: PerSQLDatabase
  readonly onDone: Done
  readonly onClose: () => void
}

function CreateBranch({ database, onDone, onClose }: BranchDialogProps<() => void>) {
  const [ref, setRef] = useState('')
  const [days, setDays] = useState('7')
  const create = async () => {
    await database.branches.upsert(ref, days === '' ? {} : { ttlDays: Number(days) })
    onDone()
  }
  return (
    <FormDialog title="New branch" action="Create" isReady={ref !== ''} onSubmit={create} onClose={onClose}>
      <div class="field-group">
        <label class="field">
          <span>Name</span>
          <input
            value={ref}
            placeholder="pr-42"
            autocomplete="off"
            onInput={(event) => setRef(event.currentTarget.value)}
          />
        </label>
        <small class="muted">A branch of this name that exists is emptied.</small>
      </div>
      <label class="field">
        <span>Delete after, in days</span>
        <input
          type="number"
          min="1"
          max="30"
          value={days}
          placeholder="Never"
          onInput={(event) => setDays(event.currentTarget.value)}
        />
      </label>
    </FormDialog>
  )
}

function ClaimBranch({ database, onDone, onClose }: BranchDialogProps<(branch: ClaimedBranch) => void>) {
  const [purpose, setPurpose] = useState('')
  const [minutes, setMinutes] = useState('60')
  const [role, setRole] = useState<BranchRole>('write')
  const claim = async () => {
    const options = { ttlSec: Math.round(Number(minutes) * 60), role }
    onDone(await database.branches.claim(purpose === '' ? options : { ...options, purpose }))
  }
  return (
    <FormDialog title="Lease a branch" action="Lease" onSubmit={claim} onClose={onClose}>
      <p class="muted">It comes with a token that reaches nothing else. Both end together.</p>
      <label class="field">
        <span>Purpose</span>
        <input
          value={purpose}
          placeholder="nightly evaluation"
          autocomplete="off"
          onInput={(event) => setPurpose(event.currentTarget.value)}
        />
      </label>
      <label class="field">
        <span>Minutes</span>
        <input
          type="number"
          min="1"
          max="43200"
          required
          value={minutes}
          onInput={(event) => setMinutes(event.currentTarget.value)}
        />
      </label>
      <label class="field">
        <span>Role</span>
        <select value={role} onChange={(event) => setRole(event.currentTarget.value as BranchRole)}>
          <option value="read">read</option>
          <option value="write">write</option>
          <option value="admin">admin, for changes of the schema</option>
        </select>
      </label>
    </FormDialog>
  )
}
