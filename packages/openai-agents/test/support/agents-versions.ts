/** Versions of the Agents SDK: the oldest of the peer range, some in between, and the newest. */
export const agentsVersions: Record<string, () => Promise<unknown>> = {
  '0.3.0': () => import('agents-core-0.3.0'),
  '0.4.0': () => import('agents-core-0.4.0'),
  '0.8.0': () => import('agents-core-0.8.0'),
  '0.12.0': () => import('agents-core-0.12.0'),
  '0.16.0': () => import('agents-core-0.16.0'),
  current: () => import('@openai/agents-core'),
}
