import type { Database } from '../data/database.ts'
import { deleteSession, exportSession, sessionMarkdown } from '../data/session-actions.ts'
import { download } from '../sql/export.ts'
import { copyText } from '../ui/clipboard.ts'
import { Menu, type MenuItem } from '../ui/menu.tsx'
import { useOfferedItems } from '../ui/offered-items.ts'
import { sayProblem } from '../ui/toasts.tsx'

export interface SessionMenuProps {
  readonly database: Database
  readonly sessionId: string
  readonly canWrite: boolean
  readonly onFork: () => void
  readonly onDelete: () => void
}

/** What can be done with a session. */
export function SessionMenu({ database, sessionId, canWrite, onFork, onDelete }: SessionMenuProps) {
  const name = `${sessionId.replace(/[^\w.-]+/g, '_').slice(0, 80)}.jsonl`
  const changes: readonly MenuItem[] = [
    { label: 'Fork…', icon: 'fork', onPick: onFork },
    {
      label: 'Delete',
      icon: 'trash',
      isDangerous: true,
      onPick: () => {
        deleteSession(database, sessionId)
        onDelete()
      },
    },
  ]
  const items: readonly MenuItem[] = [
    { label: 'Copy id', icon: 'copy', onPick: () => void copyText(sessionId, 'Id') },
    {
      label: 'Copy as Markdown',
      icon: 'file',
      onPick: () => void copyText(sessionMarkdown(database, sessionId), 'Markdown'),
    },
    {
      label: 'Export as JSON Lines',
      icon: 'download',
      onPick: () =>
        void exportSession(database, sessionId)
          .then((text) => download(name, 'application/x-ndjson', text))
          .catch(sayProblem),
    },
    ...(canWrite ? changes : []),
  ]
  useOfferedItems(items)
  return <Menu label="Actions on this session" items={items} />
}
