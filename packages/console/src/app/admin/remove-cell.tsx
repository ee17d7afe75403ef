import { Icon } from '../ui/icon.tsx'

export interface RemoveCellProps {
  /** `Delete` or `Revoke`. */
  readonly action: string
  readonly name: string
  readonly onClick: () => void
}

/** The last cell of a row, with the button that asks to remove what the row is about. */
export function RemoveCell({ action, name, onClick }: RemoveCellProps) {
  return (
    <td class="actions">
      <button type="button" class="quiet" aria-label={`${action} ${name}`} title={action} onClick={onClick}>
        <Icon name="trash" />
      </button>
    </td>
  )
}
