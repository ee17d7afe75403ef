import { useEffect, useState } from 'preact/hooks'
import type { Database } from '../data/database.ts'
import { countWaiting } from '../data/runs.ts'
import { useInterval } from '../ui/use-async.ts'

const REFRESH_MS = 3000
const DECIDED = 'persql-decided'

/** Tells whoever counts what waits that there is less of it. */
export function announceDecision(): void {
  dispatchEvent(new Event(DECIDED))
}

/** How many calls wait for a decision; 0 where that cannot be known. */
export function useWaitingCount(database: Database | undefined): number {
  const [count, setCount] = useState(0)
  const isOn = database?.hasRuns === true
  const update = async () => {
    if (isOn) setCount(await countWaiting(database).catch(() => 0))
  }
  useEffect(() => {
    setCount(0)
    void update()
    const listen = () => void update()
    addEventListener(DECIDED, listen)
    return () => removeEventListener(DECIDED, listen)
  }, [database?.handle, isOn])
  useInterval(REFRESH_MS, isOn, update)
  return count
}
