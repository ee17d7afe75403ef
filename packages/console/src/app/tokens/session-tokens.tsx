import { useState } from 'preact/hooks'
import type { Database } from '../data/database.ts'
import type { Outline } from '../data/outline.ts'
import { readSessionRequests, turnOf } from '../data/token-usage.ts'
import { download, toCsv } from '../sql/export.ts'
import { Dialog } from '../ui/dialog.tsx'
import { compact } from '../ui/format.ts'
import { useAsync, useInterval } from '../ui/use-async.ts'
import { usePrices } from './prices.ts'
import { amount, sumTokens, tokenTable } from './token-sum.ts'
import { TokenTable } from './token-table.tsx'

const REFRESH_MS = 5000

export interface SessionTokensProps {
  readonly database: Database
  readonly sessionId: string
  readonly outline: Outline
}

/** What a session used of models, which opens what each turn used. Nothing where none is recorded. */
export function SessionTokens({ database, sessionId, outline }: SessionTokensProps) {
  const prices = usePrices()
  const [isOpen, setOpen] = useState(false)
  const used = useAsync(sessionId, () => readSessionRequests(database, sessionId))
  // It is recorded when a run has ended, after the items of the run.
  useInterval(REFRESH_MS, true, used.reload)
  // Where it cannot be read, the conversation still can.
  if (!used.data || used.data.length === 0) return null
  const requests = used.data.map((request) => ({
    requests: 1,
    ...request,
    cachedInputTokens: request.cachedInputTokens ?? 0,
    reasoningTokens: request.reasoningTokens ?? 0,
    durationMs: request.durationMs ?? 0,
    turn: turnOf(outline, request),
  }))
  const { inputTokens, outputTokens, cost } = sumTokens(requests, prices)
  const lines = [...new Set(requests.map(({ turn }) => turn))].map((turn) => ({
    key: String(turn?.number ?? 0),
    name: turn ? `${turn.number}. ${turn.text}` : 'Before the first',
    tokens: requests.filter((request) => request.turn === turn),
  }))
  const save = () => {
    const all = requests.map((request) => [[sessionId, request.turn?.number ?? 0], request] as const)
    download('tokens.csv', 'text/csv', toCsv(tokenTable(['session_id', 'turn'], all, prices)))
  }
  return (
    <span>
      <button type="button" class="link" title="Tokens of each turn" onClick={() => setOpen(true)}>
        {compact(inputTokens + outputTokens)} tokens
        {cost !== undefined && `, ${amount(cost)}`}
      </button>
      {isOpen && (
        <Dialog title="Tokens of each turn" isWide onClose={() => setOpen(false)}>
          <TokenTable heading="Turn" lines={lines} prices={prices} />
          <footer class="dialog-foot">
            <button type="button" aria-label="Tokens as CSV" onClick={save}>
              CSV
            </button>
          </footer>
        </Dialog>
      )}
    </span>
  )
}
