export interface Finding {
  readonly check: string
  /** `warning`: works, but look at it. */
  readonly status: 'ok' | 'warning' | 'problem'
  readonly message: string
  /** How to mend it, or to make it better. */
  readonly mend?: string
}

export function ok(check: string, message: string): Finding {
  return { check, status: 'ok', message }
}
