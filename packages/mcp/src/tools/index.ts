import type { Tool } from '../tool.ts'
import { branchTools } from './branch-tools.ts'
import { databaseTools } from './database-tools.ts'
import { memoryTools } from './memory-tools.ts'
import { runTools } from './run-tools.ts'
import { sessionTools } from './session-tools.ts'
import { sqlTools } from './sql-tools.ts'

export const TOOLS: readonly Tool[] = [
  ...sqlTools,
  ...sessionTools,
  ...runTools,
  ...memoryTools,
  ...databaseTools,
  ...branchTools,
]
