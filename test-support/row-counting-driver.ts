interface Driver {
  batch(
    statements: readonly never[],
    options?: object,
  ): Promise<readonly { readonly rows: readonly unknown[] }[]>
}

export interface RowCounted<Counted extends Driver> {
  /** The driver, which does as before. */
  readonly driver: Counted
  /** The rows of all results so far. */
  readonly rows: number
}

/** Counts the rows that a driver gives, which a remote one sends. */
export function rowCountingDriver<Counted extends Driver>(driver: Counted): RowCounted<Counted> {
  let sent = 0
  const batch: Driver['batch'] = async (statements, options) => {
    const results = await driver.batch(statements, options)
    sent += results.reduce((sum, { rows }) => sum + rows.length, 0)
    return results
  }
  return {
    driver: { ...driver, batch },
    get rows() {
      return sent
    },
  }
}
