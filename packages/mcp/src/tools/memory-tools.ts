import type { Tool } from '../tool.ts'

/** What agents know, beside what they said. */
export const memoryTools: readonly Tool[] = []
