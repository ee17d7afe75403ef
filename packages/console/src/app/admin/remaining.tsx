import { parseTime } from '@persql/session-core'
import { useEffect, useRef, useState } from 'preact/hooks'
import { dateTime, duration } from '../ui/format.ts'

export interface RemainingProps {
  /** ISO 8601; nothing for what stays. */
  readonly until: string | null | undefined
  readonly onEnd?: () => void
}

/** The time that is left, ticking. */
export function Remaining({ until, onEnd }: RemainingProps) {
  const [now, setNow] = useState(Date.now)
  const ended = useRef(false)
  const end = until ? parseTime(until).getTime() : Number.POSITIVE_INFINITY
  useEffect(() => {
    if (!until) return
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [until])
  useEffect(() => {
    if (now < end || ended.current) return
    ended.current = true
    onEnd?.()
  }, [now, end, onEnd])
  if (!until) return <span class="muted">stays</span>
  return (
    <time
      class={end - now < 3_600_000 ? 'remaining soon' : 'remaining'}
      dateTime={until}
      title={dateTime(new Date(end))}
    >
      {duration(end - now)}
    </time>
  )
}
