import type { ItemCache } from '../data/item-cache.ts'
import type { Entry } from '../data/outline.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { bytes, dateTime } from '../ui/format.ts'
import { JsonView } from '../ui/json-view.tsx'

export interface RawDialogProps {
  readonly entry: Entry
  readonly cache: ItemCache
  readonly link: string
  readonly onClose: () => void
}

/** The rows of an entry, just as they are stored. */
export function RawDialog({ entry, cache, link, onClose }: RawDialogProps) {
  const rows = entry.result ? [entry.row, entry.result] : [entry.row]
  return (
    <Dialog title={rows.length > 1 ? 'Stored rows' : 'Stored row'} isWide onClose={onClose}>
      <div class="raw-rows">
        {rows.map((row) => {
          const text = cache.get(row.id)?.text ?? ''
          return (
            <section key={row.id}>
              <header class="raw-head">
                <h3>
                  Row {row.id} <span class="tag">{row.type || row.role || 'item'}</span>
                </h3>
                <span class="muted grow">
                  {dateTime(row.createdAt)}, {bytes(row.size)}
                </span>
                <CopyButton text={text} label="Copy JSON" />
              </header>
              <JsonView value={text} />
            </section>
          )
        })}
      </div>
      <footer class="dialog-foot">
        <CopyButton text={new URL(link, location.href).href} label="Copy link" />
      </footer>
    </Dialog>
  )
}
