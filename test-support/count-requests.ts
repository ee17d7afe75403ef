import { subscribe } from 'node:diagnostics_channel'

let requests = 0

subscribe('http.server.request.start', () => {
  requests += 1
})

/** How many requests have arrived at the servers of this process while `work` was done. */
export async function requestsOf(work: () => Promise<unknown>): Promise<number> {
  const before = requests
  await work()
  return requests - before
}
