import type { ComponentChildren } from 'preact'
import { Icon, type IconName } from '../ui/icon.tsx'
import { Time } from '../ui/time.tsx'
import { EntryActions } from './entry-actions.tsx'
import type { EntryViewProps } from './entry-view-props.ts'

interface FoldProps extends EntryViewProps {
  readonly icon: IconName
  readonly title: ComponentChildren
  /** Beside the title while it is folded. */
  readonly preview?: string | undefined
  readonly tags?: ComponentChildren
  readonly flavour?: string
  readonly children: ComponentChildren
}

/** A card of an entry, of which only the head shows until somebody opens it. */
export function Fold(props: FoldProps) {
  const { entry, isOpen, onToggle, icon, title, preview, tags, flavour = '', children } = props
  return (
    <div class={`card fold ${flavour}`}>
      <header class="entry-head">
        <button type="button" class="fold-button" aria-expanded={isOpen} onClick={() => onToggle(entry)}>
          <span class="chevron">
            <Icon name="right" />
          </span>
          <Icon name={icon} />
          {title}
          {preview !== undefined && !isOpen && <span class="tool-args">{preview}</span>}
        </button>
        {tags}
        <Time at={entry.row.createdAt} />
        <EntryActions {...props} />
      </header>
      {isOpen && <div class="fold-body">{children}</div>}
    </div>
  )
}
