import { closeSync, fdatasyncSync, openSync, statfsSync, writeSync } from 'node:fs'
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { median } from './median.ts'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly system: string
  readonly node: string
  /** `statfs` type of the disk that was measured, in hexadecimal; tmpfs is 0x1021994. */
  readonly fileSystem: string
  /** A write of one page with its fdatasync, in milliseconds. */
  readonly fdatasync: number
}

const TMPFS = 0x1021994

export function describeMachine(folder: string): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    fileSystem: `0x${statfsSync(folder).type.toString(16)}`,
    fdatasync: timeFdatasync(join(folder, 'fdatasync')),
  }
}

export function isInMemory(folder: string): boolean {
  return statfsSync(folder).type === TMPFS
}

function timeFdatasync(file: string): number {
  const page = Buffer.alloc(4096)
  const descriptor = openSync(file, 'w')
  const times = Array.from({ length: 100 }, (_, index) => {
    const start = performance.now()
    writeSync(descriptor, page, 0, page.length, (index % 10) * page.length)
    fdatasyncSync(descriptor)
    return performance.now() - start
  })
  closeSync(descriptor)
  return median(times)
}
