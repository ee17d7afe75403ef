import type { Range } from '../data/range.ts'
import type { ToolUse } from '../data/tool-calls.ts'
import { foundSessions } from '../sessions/sessions-address.ts'
import { number } from '../ui/format.ts'

export interface ToolTableProps {
  readonly database: string
  readonly range: Range
  readonly tools: readonly ToolUse[]
}

/** Tools by use, with what became of the calls; each number leads to the sessions behind it. */
export function ToolTable({ database, range, tools }: ToolTableProps) {
  const found = (tool: string, state?: 'failed' | 'open') =>
    foundSessions(database, { calls: { state, tool, range } })
  if (tools.length === 0) return <p class="muted">No tool was called in this time.</p>
  const most = tools[0]!.calls
  return (
    <div class="table-scroll">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Tool</th>
            <th scope="col" class="wide-only">
              <span class="visually-hidden">Share</span>
            </th>
            <th scope="col" class="numeric">
              Calls
            </th>
            <th scope="col" class="numeric">
              Failed
            </th>
            <th scope="col" class="numeric">
              Rejected
            </th>
            <th scope="col" class="numeric">
              No result
            </th>
          </tr>
        </thead>
        <tbody>
          {tools.map(({ name, calls, failed, rejected, waiting }) => (
            <tr key={name}>
              <th scope="row">
                <a href={found(name)}>
                  <code>{name}</code>
                </a>
              </th>
              <td class="wide-only">
                <span
                  class="meter"
                  style={{ '--part': String(calls / most), '--bad': String(failed / most) }}
                />
              </td>
              <td class="numeric">{number(calls)}</td>
              <td class="numeric">
                <Bad count={failed} of={calls} to={found(name, 'failed')} />
              </td>
              <td class="numeric">{number(rejected)}</td>
              <td class="numeric">
                {waiting === 0 ? 0 : <a href={found(name, 'open')}>{number(waiting)}</a>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface BadProps {
  readonly count: number
  readonly of: number
  readonly to: string
}

function Bad({ count, of, to }: BadProps) {
  if (count === 0) return <>0</>
  return (
    <a class="bad" href={to}>
      {number(count)} <small>{((count / of) * 100).toFixed(count / of < 0.1 ? 1 : 0)} %</small>
    </a>
  )
}
