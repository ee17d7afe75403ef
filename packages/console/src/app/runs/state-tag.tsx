import type { RunState } from '../data/runs.ts'

const TONES: Readonly<Record<RunState, string>> = {
  running: 'accent',
  lost: 'danger',
  waiting: 'warn',
  done: 'good',
  failed: 'danger',
  cancelled: '',
}

const TITLES: { readonly [State in RunState]?: string } = {
  lost: 'Its process has died. A worker, or the same call again, goes on with it.',
  waiting: 'It waits for a decision',
}

export function StateTag({ state }: { readonly state: RunState }) {
  return (
    <span class={`tag ${TONES[state] ?? ''}`} title={TITLES[state]}>
      {state}
    </span>
  )
}
