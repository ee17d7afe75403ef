import { Empty } from '../ui/empty.tsx'
import type { IconName } from '../ui/icon.tsx'
import { JsonView } from '../ui/json-view.tsx'
import { useInterval } from '../ui/use-async.ts'

const CODE = `const runs = new RunStore(driver)
await runs.run(agent, 'Book the trip', { runId: 'trip-42', session })`

export interface NoRunsProps {
  readonly title: string
  readonly icon: IconName
  /** Looks again whether there are the tables by now. */
  readonly onTablesMissing: () => void
}

/** Stands where a database has no tables of runs. */
export function NoRuns({ title, icon, onTablesMissing }: NoRunsProps) {
  useInterval(3000, true, onTablesMissing)
  return (
    <div class="page">
      <h1 class="visually-hidden">{title}</h1>
      <Empty icon={icon} title="No runs yet">
        A run of a <code>RunStore</code>, of @persql/openai-agents, survives its process, and waits for
        approval as long as it takes. The first one makes the tables, and appears here.
      </Empty>
      <div class="no-runs">
        <JsonView value={CODE} isCode />
      </div>
    </div>
  )
}
