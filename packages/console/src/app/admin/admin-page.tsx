import type { ComponentChildren } from 'preact'
import { Empty } from '../ui/empty.tsx'
import { Icon, type IconName } from '../ui/icon.tsx'
import { Problem } from '../ui/problem.tsx'
import type { Async } from '../ui/use-async.ts'
import { Remaining } from './remaining.tsx'

interface Managed {
  readonly id: string
  readonly expiresAt?: string | null | undefined
}

interface Column<Row> {
  readonly name: string
  /** Left out on narrow screens. */
  readonly isWide?: boolean
  readonly cell: (row: Row) => ComponentChildren
}

export interface AdminPageProps<Row> {
  readonly title: string
  readonly icon: IconName
  readonly lead?: ComponentChildren
  readonly buttons: ComponentChildren
  readonly list: Async<readonly Row[]>
  /** The first one says what the row is about. */
  readonly columns: readonly Column<Row>[]
  /** `Delete` or `Revoke`. */
  readonly removal: string
  readonly nameOf: (row: Row) => string
  /** Asks whether to remove what the row is about. */
  readonly onRemove: (row: Row) => void
  /** Dialogs. */
  readonly children: ComponentChildren
}

/** What is there of one kind, with the time that each has left and a button that removes it. */
export function AdminPage<Row extends Managed>(props: AdminPageProps<Row>) {
  const { title, icon, lead, buttons, list, children } = props
  return (
    <div class="page">
      <header class="page-head">
        <h1>
          {title} <span class="count">{list.data?.length}</span>
        </h1>
        <span class="buttons">{buttons}</span>
      </header>
      {lead && <p class="muted lead">{lead}</p>}
      {list.error && <Problem error={list.error} onRetry={list.reload} />}
      {list.data?.length === 0 && <Empty icon={icon} title={`No ${title.toLowerCase()} yet`} />}
      {list.data && list.data.length > 0 && <Rows {...props} rows={list.data} />}
      {children}
    </div>
  )
}

type RowsProps<Row> = AdminPageProps<Row> & { readonly rows: readonly Row[] }

function Rows<Row extends Managed>({ rows, columns, list, removal, nameOf, onRemove }: RowsProps<Row>) {
  const [first, ...others] = columns
  return (
    <div class="card table-scroll">
      <table class="table">
        <thead>
          <tr>
            {columns.map(({ name, isWide }) => (
              <th key={name} scope="col" class={classOf(isWide)}>
                {name}
              </th>
            ))}
            <th scope="col">Remaining</th>
            <th scope="col">
              <span class="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <th scope="row">{first?.cell(row)}</th>
              {others.map(({ name, isWide, cell }) => (
                <td key={name} class={classOf(isWide)}>
                  {cell(row)}
                </td>
              ))}
              <td>
                <Remaining until={row.expiresAt} onEnd={list.reload} />
              </td>
              <td class="actions">
                <button
                  type="button"
                  class="quiet"
                  aria-label={`${removal} ${nameOf(row)}`}
                  title={removal}
                  onClick={() => onRemove(row)}
                >
                  <Icon name="trash" />
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function classOf(isWide = false): string | undefined {
  return isWide ? 'wide-only' : undefined
}
