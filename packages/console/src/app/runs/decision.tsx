import type { Approval } from '../data/runs.ts'
import { Icon } from '../ui/icon.tsx'
import { Time } from '../ui/time.tsx'

/** What was decided about a call, by whom and when. */
export function DecisionNote({ call }: { readonly call: Approval }) {
  const { decision, decidedBy, decidedAt, message } = call
  if (decision === undefined) return null
  return (
    <div class={`decision is-${decision}`}>
      <Icon name={decision === 'approved' ? 'check' : 'close'} />
      <span>
        <b>{decision === 'approved' ? 'Approved' : 'Rejected'}</b>
        {decidedBy !== undefined && (
          <>
            {' by '}
            <bdi>{decidedBy}</bdi>
          </>
        )}
        {decidedAt && (
          <>
            {', '}
            <Time at={decidedAt} />
          </>
        )}
        {message !== undefined && <span class="decision-message">{message}</span>}
      </span>
    </div>
  )
}
