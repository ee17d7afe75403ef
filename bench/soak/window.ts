import type { WindowReport } from './load-process.ts'
import type { Reading } from './readings.ts'

/** Readings are medians, the WAL is the largest that was seen; times are those of the slowest process. */
export interface Window extends Reading, WindowReport {}
