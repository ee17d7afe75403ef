import { type Run, type RunApproval, type RunCatalog, type RunStep, StorageError } from '@persql/session-core'
import type { Command } from 'commander'
import { DATABASE, type Database, type DatabaseOptions, useDatabase } from '../../database.ts'
import { formatTime, toIso } from '../../terminal/format.ts'

export function addDatabaseOption(command: Command): Command {
  return command.option('--db <url>', DATABASE)
}

/** Opens the database to change what exists. */
export function useRuns(
  options: DatabaseOptions,
  work: (database: Database) => Promise<void>,
): Promise<void> {
  return useDatabase(options, 'write', work)
}

/** What is said of it to people: a run whose process has died is lost. */
export function statusOf({ status, isLost }: Run): string {
  return isLost ? 'lost' : status
}

/** Throws where there is none. */
export async function getRun(catalog: RunCatalog, runId: string): Promise<Run> {
  const run = await catalog.get(runId)
  if (run) return run
  throw new StorageError('RUN_NOT_FOUND', `There is no run "${runId}".`)
}

/** As `--json` shows a run. */
export function toJsonRun({ createdAt, updatedAt, leaseUntil, expiresAt, ...run }: Run) {
  return {
    ...run,
    createdAt: toIso(createdAt),
    updatedAt: toIso(updatedAt),
    ...(leaseUntil && { leaseUntil: toIso(leaseUntil) }),
    ...(expiresAt && { expiresAt: toIso(expiresAt) }),
  }
}

export function toJsonStep({ startedAt, endedAt, ...step }: RunStep) {
  return { ...step, startedAt: toIso(startedAt), endedAt: toIso(endedAt) }
}

export function toJsonApproval({ askedAt, decidedAt, appliedAt, ...approval }: RunApproval) {
  return {
    ...approval,
    askedAt: toIso(askedAt),
    ...(decidedAt && { decidedAt: toIso(decidedAt) }),
    ...(appliedAt && { appliedAt: toIso(appliedAt) }),
  }
}

const LABELS = { model: 'model', tool: 'tool', start: 'call begins', decisions: 'decisions' } as const

/** One line for a step: its number, when it began, how long it took, and what it was. */
export function stepLine({ step, kind, name, agent, startedAt, endedAt }: RunStep): string {
  const ms = endedAt.getTime() - startedAt.getTime()
  const what = [LABELS[kind], name].filter((part) => part !== undefined).join(' ')
  return `${String(step).padStart(4)}  ${formatTime(startedAt)}  ${String(ms).padStart(7)} ms  ${what}${agent ? `, ${agent}` : ''}`
}

export function approvalLine({
  callId,
  tool,
  arguments: args,
  agent,
  decision,
  decidedBy,
  message,
}: RunApproval): string {
  const said = [decision ?? 'waits', decidedBy && `by ${decidedBy}`, message && `(${message})`].filter(
    Boolean,
  )
  return `${callId}  ${tool} ${args}, ${agent}: ${said.join(' ')}`
}
