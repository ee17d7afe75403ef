/** One answer in what a connection has received. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

/** The answers that arrived whole, in their order. `methods` are those of the requests: HEAD has no body. */
export function httpAnswers(received: Buffer, methods: readonly string[]): HttpAnswer[] {
  const answers: HttpAnswer[] = []
  let at = 0
  while (at < received.length) {
    const headEnd = received.indexOf('\r\n\r\n', at)
    if (headEnd < 0) break
    const [first = '', ...lines] = received.toString('latin1', at, headEnd).split('\r\n')
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1])
    if (Number.isNaN(status)) throw new Error(`No answer begins with ${JSON.stringify(first.slice(0, 80))}`)
    const headers = new Map(
      lines.map((line) => {
        const colon = line.indexOf(':')
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
      }),
    )
    at = headEnd + 4
    if (status === 100) continue
    const found = bodyOf(received, at, headers, methods[answers.length] === 'HEAD')
    if (!found) break
    at = found.end
    answers.push({ status, headers, body: found.body })
  }
  return answers
}

function bodyOf(
  received: Buffer,
  start: number,
  headers: ReadonlyMap<string, string>,
  isHead: boolean,
): { readonly body: string; readonly end: number } | undefined {
  if (isHead) return { body: '', end: start }
  const length = headers.get('content-length')
  if (length !== undefined) {
    const end = start + Number(length)
    return end <= received.length ? { body: received.toString('utf8', start, end), end } : undefined
  }
  if (headers.get('transfer-encoding') !== 'chunked') return { body: '', end: start }
  const chunks: Buffer[] = []
  for (let at = start; ; ) {
    const lineEnd = received.indexOf('\r\n', at)
    if (lineEnd < 0) return
    const size = Number.parseInt(received.toString('latin1', at, lineEnd), 16)
    const end = lineEnd + 2 + size
    if (end + 2 > received.length) return
    if (size === 0) return { body: Buffer.concat(chunks).toString(), end: end + 2 }
    chunks.push(received.subarray(lineEnd + 2, end))
    at = end + 2
  }
}
