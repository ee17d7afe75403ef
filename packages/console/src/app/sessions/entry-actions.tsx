import { partsText, readItem } from '@persql/session-core'
import type { LoadedRow } from '../data/item-cache.ts'
import { copyText } from '../ui/clipboard.ts'
import { Icon } from '../ui/icon.tsx'
import { Menu } from '../ui/menu.tsx'
import type { EntryViewProps } from './entry-view-props.ts'

/** What can be done with an entry. */
export function EntryActions(
  props: Pick<EntryViewProps, 'entry' | 'call' | 'result' | 'onRaw' | 'onFork' | 'linkOf'>,
) {
  const { entry, call, result, onRaw, onFork, linkOf } = props
  const rows = [call, result].filter((row) => row !== undefined)
  return (
    <span class="actions">
      <button
        type="button"
        class="quiet raw"
        aria-label="Raw JSON"
        title="Raw JSON"
        onClick={() => onRaw(entry)}
      >
        <Icon name="code" />
      </button>
      <Menu
        label="Actions on this item"
        items={[
          { label: 'Copy text', icon: 'copy', onPick: () => void copyText(textOf(rows), 'Text') },
          {
            label: 'Copy JSON',
            icon: 'code',
            onPick: () => void copyText(rows.map(({ text }) => text).join('\n'), 'JSON'),
          },
          {
            label: 'Copy link',
            icon: 'link',
            onPick: () => void copyText(new URL(linkOf(entry), location.href).href, 'Link'),
          },
          ...(onFork
            ? ([{ label: 'Fork from this turn…', icon: 'fork', onPick: () => onFork(entry) }] as const)
            : []),
        ]}
      />
    </span>
  )
}

/** What was asked and said, in this order. */
function textOf(rows: readonly LoadedRow[]): string {
  const texts = rows.flatMap(({ item, text }) => {
    if (!item) return [text]
    const { kind, tool, asked, said } = readItem(item)
    return [kind === 'result' ? '' : (tool ?? ''), partsText(asked), partsText(said)]
  })
  return texts.filter((text) => text !== '').join('\n')
}
