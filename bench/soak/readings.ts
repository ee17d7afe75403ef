import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** What processes hold and what their files take up, at one moment. */
export interface Reading {
  /** Resident, by the name of the process or of several together. */
  readonly memoryMiB: Readonly<Record<string, number>>
  /** Open file descriptors of all processes. */
  readonly handles: number
  /** Of the largest write-ahead log. */
  readonly walMiB: number
  /** All database files, without their logs. */
  readonly dataMiB: number
}

const MEBIBYTE = 2 ** 20

/** A process that has ended holds nothing. */
export function read(processes: Readonly<Record<string, readonly number[]>>, folder: string): Reading {
  const sizes = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => ({
    file,
    size: statSync(join(folder, file), { throwIfNoEntry: false })?.size ?? 0,
  }))
  const databases = sizes.filter(({ file }) => /\.(db|sqlite)$/.test(file))
  const logs = sizes.filter(({ file }) => file.endsWith('-wal'))
  return {
    memoryMiB: Object.fromEntries(
      Object.entries(processes).map(([name, pids]) => [name, sum(pids.map(residentMiB))]),
    ),
    handles: sum(Object.values(processes).flat().map(openFiles)),
    walMiB: Math.max(0, ...logs.map(({ size }) => size)) / MEBIBYTE,
    dataMiB: sum(databases.map(({ size }) => size)) / MEBIBYTE,
  }
}

export function childrenOf(pid: number): number[] {
  const pids = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return pids.split(' ').filter(Boolean).map(Number)
}

function residentMiB(pid: number): number {
  try {
    const pages = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]
    return (Number(pages) * 4096) / MEBIBYTE
  } catch {
    return 0
  }
}

function openFiles(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length
  } catch {
    return 0
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
