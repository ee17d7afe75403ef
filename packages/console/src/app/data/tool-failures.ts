/** What the Agents SDKs answer in the place of a result, as patterns of LIKE. */
const FAILED = ['An error occurred while %', "Tool '%' timed out after %"]
const REJECTED = ['Tool execution was not approved%']
const FAILED_STATES = ['incomplete', 'failed']

const FAILED_TEXT = toRegExp(FAILED)
const REJECTED_TEXT = toRegExp(REJECTED)

/** Whether a person refused the call that was answered like this. */
export function isRejected(output: string): boolean {
  return REJECTED_TEXT.test(output)
}

/** Whether a call failed that was answered like this. */
export function isFailed(output: string, status: unknown): boolean {
  return !isRejected(output) && (FAILED_TEXT.test(output) || FAILED_STATES.includes(String(status)))
}

/** The first text of a result, of whichever SDK; `item` is an expression for its JSON. */
export function outputSql(item: string): string {
  const paths = ['$.output.text', '$.output[0].text', '$.output']
  return `coalesce(${paths.map((path) => `json_extract(${item}, '${path}')`).join(', ')})`
}

/** {@link isRejected} in SQL; 0 or 1. */
export function rejectedSql(output: string): string {
  return `(${likeAny(output, REJECTED)})`
}

/** {@link isFailed} in SQL; 0 or 1. */
export function failedSql(output: string, status: string): string {
  const states = FAILED_STATES.map((state) => `'${state}'`).join(', ')
  return `(not ${rejectedSql(output)} and (${likeAny(output, FAILED)} or ifnull(${status}, '') in (${states})))`
}

/** PostgreSQL's pattern, quoted, for the JSON of a result with which {@link isFailed}. */
export function failedPattern(): string {
  const texts = FAILED.map((pattern) => pattern.replaceAll('%', '[^"]*').replaceAll("'", "''"))
  return `'"(text|output)":\\s*"(${texts.join('|')})|"status":\\s*"(${FAILED_STATES.join('|')})"'`
}

function likeAny(text: string, patterns: readonly string[]): string {
  return patterns.map((pattern) => `ifnull(${text}, '') like '${pattern.replaceAll("'", "''")}'`).join(' or ')
}

function toRegExp(patterns: readonly string[]): RegExp {
  return new RegExp(patterns.map((pattern) => `^${pattern.replaceAll('%', '.*')}$`).join('|'), 'is')
}
