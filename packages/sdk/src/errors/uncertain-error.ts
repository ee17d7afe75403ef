import { PerSQLError } from './persql-error.ts'

/** Whether a write that failed so may have been applied. */
export function isUncertain({ code, status = 0, detail }: PerSQLError): boolean {
  if (code !== 'api') return ['network', 'timeout', 'invalid_response', 'aborted'].includes(code)
  return status >= 500 && (detail === undefined || detail.kind === 'timeout')
}

/**
 * The error of a write that was given up with `last` after an attempt before it had ended with `uncertain`. A failure
 * of its SQL means that no attempt was applied, because one that was would have been replayed. A lock comes before
 * that, and with any other refusal nobody has looked.
 */
export function outcomeAfterRetries(uncertain: PerSQLError, last: PerSQLError): PerSQLError {
  const isLocked = last.detail?.kind === 'database_locked'
  if (isUncertain(last) || (last.detail && !isLocked)) return last
  const { code, status } = uncertain
  const message = `${uncertain.message} When it was repeated: ${last.message}`
  return new PerSQLError(code, message, { status, cause: last })
}
