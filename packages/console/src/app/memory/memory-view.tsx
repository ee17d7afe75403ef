import { useEffect, useReducer } from 'preact/hooks'
import type { Database } from '../data/database.ts'
import { deleteLater, isLeaving, onLeaving } from '../data/delete-later.ts'
import { forget, hasMemory } from '../data/memory.ts'
import { navigate } from '../router.ts'
import { Empty } from '../ui/empty.tsx'
import { useInterval } from '../ui/use-async.ts'
import { type MemoryAddress, memoryAddressOf } from './memory-address.ts'
import { MemoryDetail } from './memory-detail.tsx'
import { MemoryList } from './memory-list.tsx'

export interface MemoryViewProps {
  readonly database: Database
  readonly address: MemoryAddress
  readonly canWrite: boolean
  readonly onTablesMissing: () => void
}

/** What agents remember beside the one memory that is open; one of the two where there is no room for both. */
export function MemoryView({ database, address, canWrite, onTablesMissing }: MemoryViewProps) {
  const isThere = hasMemory(database)
  useInterval(3000, !isThere, onTablesMissing)
  const [changes, change] = useReducer((count: number) => count + 1, 0)
  useEffect(() => onLeaving(() => change(undefined)), [])
  if (!isThere) {
    return (
      <div class="page">
        <h1 class="visually-hidden">Memory</h1>
        <Empty icon="memory" title="Nothing is remembered yet">
          A memory of <code>@persql/context</code> in this database appears here.
        </Empty>
      </div>
    )
  }
  const { filter, path } = address
  const { slug } = database
  const keyOf = (one: readonly string[]) => JSON.stringify([slug, 'memory', filter.kind === 'links', ...one])
  const onForget = () => {
    const [first = ''] = path
    const name = path.length === 1 ? first : path.join(' ')
    deleteLater(keyOf(path), `“${name}” will be forgotten`, () => forget(database, filter, path))
    navigate(memoryAddressOf(slug, { filter, path: [] }), { replace: true })
  }
  return (
    <div class="sessions" data-open={path.length > 0}>
      <MemoryList
        database={database}
        address={address}
        changes={changes}
        isHidden={(one) => isLeaving(keyOf(one))}
      />
      {path.length === 0 ? (
        <div class="nothing-open">
          <Empty icon="memory" title="Pick a memory">
            Use <kbd>j</kbd> and <kbd>k</kbd> to walk through the list, <kbd>/</kbd> to search.
          </Empty>
        </div>
      ) : (
        <MemoryDetail
          key={`${filter.kind} ${path.join('/')} ${isLeaving(keyOf(path))}`}
          database={database}
          address={address}
          isLeaving={isLeaving(keyOf(path))}
          onForget={canWrite ? onForget : undefined}
        />
      )}
    </div>
  )
}
