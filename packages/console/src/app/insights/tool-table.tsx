import type { ToolUse } from '../data/insights.ts'
import { number } from '../ui/format.ts'

/** Tools by use, with what became of the calls. */
export function ToolTable({ tools }: { readonly tools: readonly ToolUse[] }) {
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
                <code>{name}</code>
              </th>
              <td class="wide-only">
                <span
                  class="meter"
                  style={{ '--part': String(calls / most), '--bad': String(failed / most) }}
                />
              </td>
              <td class="numeric">{number(calls)}</td>
              <td class="numeric">
                <Bad count={failed} of={calls} />
              </td>
              <td class="numeric">{number(rejected)}</td>
              <td class="numeric">{number(waiting)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Bad({ count, of }: { readonly count: number; readonly of: number }) {
  if (count === 0) return <>0</>
  return (
    <span class="bad">
      {number(count)} <small>{((count / of) * 100).toFixed(count / of < 0.1 ? 1 : 0)} %</small>
    </span>
  )
}
