import type { BranchInfo, BranchRole, ClaimedBranch, PerSQLDatabase } from '@persql/sdk'
import { parseTime } from '@persql/session-core'
import { useState } from 'preact/hooks'
import { href } from '../router.ts'
import { Confirm, FormDialog } from '../ui/dialog.tsx'
import { NumberField, SelectField, TextField } from '../ui/fields.tsx'
import { day } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { useAsync } from '../ui/use-async.ts'
import { AdminPage } from './admin-page.tsx'
import { SecretDialog } from './secret-dialog.tsx'

export function BranchesView({ database }: { readonly database: PerSQLDatabase }) {
  const branches = useAsync(database.name, () => database.branches.list())
  const [dialog, setDialog] = useState<'create' | 'claim'>()
  const [claimed, setClaimed] = useState<ClaimedBranch>()
  const [deleting, setDeleting] = useState<BranchInfo>()
  return (
    <AdminPage
      title="Branches"
      icon="branches"
      lead={`Databases of their own with the schema of ${database.name} and none of its rows.`}
      buttons={
        <>
          <button type="button" onClick={() => setDialog('claim')}>
            <Icon name="tokens" /> Lease with a token
          </button>
          <button type="button" class="primary" onClick={() => setDialog('create')}>
            <Icon name="plus" /> New branch
          </button>
        </>
      }
      list={branches}
      columns={[
        { name: 'Branch', cell: ({ slug, branchRef }) => <a href={href(slug, 'sessions')}>{branchRef}</a> },
        { name: 'Database', isWide: true, cell: ({ slug }) => <code>{slug}</code> },
        {
          name: 'Created',
          isWide: true,
          cell: ({ createdAt }) => (createdAt ? day(parseTime(createdAt)) : ''),
        },
      ]}
      removal="Delete"
      nameOf={({ branchRef }) => branchRef}
      onRemove={setDeleting}
    >
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
    </AdminPage>
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
      <TextField
        label="Name"
        value={ref}
        placeholder="pr-42"
        hint="A branch of this name that exists is emptied."
        onInput={setRef}
      />
      <NumberField
        label="Delete after, in days"
        min={1}
        max={30}
        value={days}
        placeholder="Never"
        onInput={setDays}
      />
    </FormDialog>
  )
}

const ROLES = [
  ['read', 'read'],
  ['write', 'write'],
  ['admin', 'admin, for changes of the schema'],
] as const

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
      <TextField label="Purpose" value={purpose} placeholder="nightly evaluation" onInput={setPurpose} />
      <NumberField label="Minutes" min={1} max={43_200} value={minutes} onInput={setMinutes} />
      <SelectField label="Role" value={role} options={ROLES} onChange={setRole} />
    </FormDialog>
  )
}
