import { Fragment } from 'preact'
import { useState } from 'preact/hooks'
import type { Database } from '../data/database.ts'
import { type RunDetails, readStep, type StepRow } from '../data/runs.ts'
import { plural } from '../ui/format.ts'
import { Icon, type IconName } from '../ui/icon.tsx'
import { JsonView } from '../ui/json-view.tsx'
import { Problem } from '../ui/problem.tsx'
import { useAsync } from '../ui/use-async.ts'
import { elapsed, layOutTimeline, type TimelineLine } from './timeline-layout.ts'

export interface TimelineProps {
  readonly database: Database
  readonly run: RunDetails
}

/** The steps of a run over time, one below the other; what was done at the same time stands side by side. */
export function Timeline({ database, run }: TimelineProps) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  // What a noted call has come to is a step of its own.
  const known = new Set(run.steps.map(({ key }) => key))
  const steps = run.steps.filter(
    ({ kind, key }) => kind !== 'start' || !known.has(key.replace(/^start /, 'tool ')),
  )
  if (steps.length === 0) return <p class="muted">No step is recorded yet.</p>
  const lines = layOutTimeline(steps)
  const toggle = (key: string) =>
    setOpen((old) => {
      const next = new Set(old)
      if (!next.delete(key)) next.add(key)
      return next
    })
  const latest = Math.max(...steps.map(({ attempt }) => attempt))
  return (
    <ol class="timeline">
      {lines.map((line, index) => (
        <Fragment key={line.step.key}>
          {line.pauseMs > 0 && <li class="timeline-break">{elapsed(line.pauseMs)} without a step</li>}
          {line.attempt !== undefined && (
            <li class="timeline-break is-attempt">
              Attempt {line.attempt} went on here: {plural(index, 'step')} replayed
            </li>
          )}
          <Line
            database={database}
            run={run}
            line={line}
            isOpen={open.has(line.step.key)}
            onToggle={() => toggle(line.step.key)}
          />
        </Fragment>
      ))}
      {run.attempts > latest && (
        <li class="timeline-break is-attempt">
          Attempt {run.attempts} has recorded no step: {plural(steps.length, 'step')} replayed
        </li>
      )}
    </ol>
  )
}

interface LineProps {
  readonly database: Database
  readonly run: RunDetails
  readonly line: TimelineLine
  readonly isOpen: boolean
  readonly onToggle: () => void
}

const ICONS: Readonly<Record<string, IconName>> = {
  model: 'thought',
  tool: 'tool',
  start: 'warning',
  decisions: 'approval',
}

function Line({ database, run, line, isOpen, onToggle }: LineProps) {
  const { step, bar } = line
  const took = elapsed(step.endedAt - step.startedAt)
  const began = elapsed(step.startedAt - run.createdAt.getTime())
  return (
    <li class={`step is-${step.kind}${step.hasFailed ? ' has-failed' : ''}`}>
      <button
        type="button"
        class="step-head"
        aria-expanded={isOpen}
        title={`Began ${began} after the run, took ${took}`}
        style={{ '--depth': String(Math.min(step.depth, 4)) }}
        onClick={onToggle}
      >
        <Icon name={ICONS[step.kind] ?? 'warning'} />
        <span class="step-name">
          <bdi>{nameOf(step)}</bdi>
        </span>
        <span class="step-summary">
          <bdi>{step.kind === 'tool' || step.kind === 'model' ? step.summary : ''}</bdi>
        </span>
        <span class="step-tags">
          {step.hasFailed && <span class="tag danger">failed</span>}
          {step.kind === 'start' && <span class="tag warn">no result</span>}
          {step.attempt < run.attempts && <span class="tag">replayed</span>}
        </span>
        <span class="step-axis" aria-hidden="true">
          <span class="step-bar" style={{ '--left': String(bar.left), '--width': String(bar.width) }} />
        </span>
        <span class="step-time">{took}</span>
      </button>
      {isOpen && <StepBody database={database} runId={run.id} step={step} />}
    </li>
  )
}

function nameOf({ kind, name, agent }: StepRow): string {
  if (kind === 'model') return agent ?? 'Model'
  if (kind === 'decisions') return 'Decisions'
  return name
}

interface StepBodyProps {
  readonly database: Database
  readonly runId: string
  readonly step: StepRow
}

function StepBody({ database, runId, step }: StepBodyProps) {
  const { data, error, reload } = useAsync(step.key, (signal) => readStep(database, runId, step.key, signal))
  return (
    <div class="step-body">
      {step.kind === 'start' && (
        <p class="muted">
          The call was noted before it was made, and has no result: nobody knows whether it was.
        </p>
      )}
      {error && <Problem error={error} onRetry={reload} />}
      {data === undefined && !error && <p class="muted">Reading…</p>}
      {data !== undefined && (data === '' ? <p class="muted">No content</p> : <JsonView value={data} />)}
    </div>
  )
}
