import { Icon } from '../ui/icon.tsx'
import type { EntryViewProps } from './entry-view-props.ts'

export function RawButton({ entry, onRaw }: Pick<EntryViewProps, 'entry' | 'onRaw'>) {
  return (
    <button
      type="button"
      class="quiet raw"
      aria-label="Raw JSON"
      title="Raw JSON"
      onClick={() => onRaw(entry)}
    >
      <Icon name="code" />
    </button>
  )
}
