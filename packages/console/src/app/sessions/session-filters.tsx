import { inRange } from '../data/range.ts'
import type { SessionSearch } from '../data/session-list.ts'
import type { CallSearch } from '../data/tool-calls.ts'
import { Icon } from '../ui/icon.tsx'

export interface SessionFiltersProps {
  readonly search: SessionSearch
  readonly onSearch: (change: Partial<SessionSearch>) => void
}

const STATES: readonly (readonly [CallSearch['state'] | 'any' | '', string])[] = [
  ['', 'All sessions'],
  ['failed', 'Failed calls'],
  ['open', 'Calls without a result'],
  ['any', 'Any calls'],
]

/** Leaves the sessions in the list that need attention, or that a figure of the insights stands for. */
export function SessionFilters({ search: { calls, at }, onSearch }: SessionFiltersProps) {
  const shown = calls ? (calls.state ?? 'any') : ''
  const choose = (state: string) =>
    onSearch({
      calls:
        state === ''
          ? undefined
          : { range: 30, ...calls, state: state === 'any' ? undefined : (state as CallSearch['state']) },
    })
  return (
    <div class="list-filters">
      <select
        class="quiet"
        aria-label="Calls of tools"
        value={shown}
        onChange={(event) => choose(event.currentTarget.value)}
      >
        {STATES.map(([state, label]) => (
          <option key={state} value={state}>
            {label}
          </option>
        ))}
      </select>
      {calls && <span class="muted">{inRange(calls.range)}</span>}
      {calls?.tool !== undefined && (
        <Filter label={calls.tool} onRemove={() => onSearch({ calls: { ...calls, tool: undefined } })} />
      )}
      {at !== undefined && <Filter label={at} onRemove={() => onSearch({ at: undefined })} />}
    </div>
  )
}

function Filter({ label, onRemove }: { readonly label: string; readonly onRemove: () => void }) {
  return (
    <button type="button" class="quiet" aria-label={`Without ${label}`} onClick={onRemove}>
      <bdi>{label}</bdi> <Icon name="close" />
    </button>
  )
}
