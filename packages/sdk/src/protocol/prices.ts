/** What each thing costs in USD, as documented. */
export const PRICES = {
  request: 0.5 / 1e6,
  rowRead: 0.005 / 1e6,
  rowWritten: 2 / 1e6,
  gigabyteMonth: 0.4,
} as const

/** What calls cost in USD, storage apart. */
export function costUsd(calls: { requests: number; rowsRead: number; rowsWritten: number }): number {
  const { requests, rowsRead, rowsWritten } = calls
  const cost = requests * PRICES.request + rowsRead * PRICES.rowRead + rowsWritten * PRICES.rowWritten
  // Without the noise of binary fractions: the cheapest thing costs 5e-9.
  return Math.round(cost * 1e12) / 1e12
}
