import type { ExplainResponse } from '@persql/sdk'

type Plan = ExplainResponse['plan']

// What SQLite says, or PostgreSQL.
const READS_ALL = /^SCAN (?!.*USING)|^(Parallel )?Seq Scan/
const USES_INDEX = /USING (COVERING )?INDEX|PRIMARY KEY|^(Parallel )?(Bitmap )?Index (Only )?Scan/

/** How the database would run a statement, as a tree. Reading a whole table is marked. */
export function PlanView({ plan }: { readonly plan: Plan }) {
  return (
    <div class="plan">
      <Steps plan={plan} parent={0} />
    </div>
  )
}

function Steps({ plan, parent }: { readonly plan: Plan; readonly parent: number }) {
  const steps = plan.filter(([, of]) => of === parent)
  if (steps.length === 0) return null
  return (
    <ul>
      {steps.map(([id, , , detail]) => (
        <li key={id}>
          <code>{detail}</code> {READS_ALL.test(detail) && <span class="tag warn">reads all rows</span>}
          {USES_INDEX.test(detail) && <span class="tag good">index</span>}
          <Steps plan={plan} parent={id} />
        </li>
      ))}
    </ul>
  )
}
