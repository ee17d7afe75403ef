import { readFileSync } from 'node:fs'

const PAGE = 4096

/** Bytes of memory that a process holds; 0 where the system does not tell in the way of Linux. */
export function residentMemory(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE
  } catch {
    return 0
  }
}
