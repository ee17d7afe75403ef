import { bareHttpSystem } from './bare-http.ts'
import { langgraphSystem } from './langgraph.ts'
import { memorySystem } from './memory.ts'
import { persqlSystem } from './persql.ts'
import { pythonSystems } from './python.ts'
import { rawSystem } from './raw.ts'
import { remotePersqlSystems } from './remote-persql.ts'
import type { RemoteSystem } from './remote-system.ts'
import type { SkippedSystem, System } from './system.ts'

/** In the order of the table's columns. */
export async function allSystems(): Promise<readonly (System | SkippedSystem)[]> {
  return [rawSystem(), persqlSystem(), memorySystem(), await langgraphSystem(), ...(await pythonSystems())]
}

/** Those behind a server, likewise. */
export function remoteSystems(): readonly RemoteSystem[] {
  return [bareHttpSystem(), ...remotePersqlSystems()]
}
