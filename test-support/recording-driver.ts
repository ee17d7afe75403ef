interface Driver {
  batch(statements: readonly never[], options?: { readonly readOnly?: boolean }): Promise<unknown>
}

export interface Recorded<Recording extends Driver> {
  /** The driver, which does as before. */
  readonly driver: Recording
  /** The statements of each call, in order. */
  readonly batches: Parameters<Recording['batch']>[0][]
  /** Whether each call was declared as one that only reads. */
  readonly readOnly: boolean[]
}

/** Records the calls of a driver's `batch`, which are the round trips of a remote one. */
export function recordingDriver<Recording extends Driver>(driver: Recording): Recorded<Recording> {
  const batches: Parameters<Recording['batch']>[0][] = []
  const readOnly: boolean[] = []
  const batch: Driver['batch'] = (statements, options) => {
    batches.push(statements)
    readOnly.push(options?.readOnly ?? false)
    return driver.batch(statements, options)
  }
  return { driver: { ...driver, batch }, batches, readOnly }
}
