import { useEffect, useRef, useState } from 'preact/hooks'
import type { EditorDialect, EditorSchema, SqlEditor } from './sql-editor.ts'

export interface UseSqlEditorOptions {
  readonly text: string
  readonly dialect: EditorDialect
  readonly schema: EditorSchema
  readonly onRun: () => void
  readonly onChange: (text: string) => void
}

/** The editor, which is loaded when it is first needed. Nothing until then. */
export function useSqlEditor(options: UseSqlEditorOptions) {
  const parent = useRef<HTMLDivElement>(null)
  const [editor, setEditor] = useState<SqlEditor>()
  const latest = useRef(options)
  latest.current = options
  useEffect(() => {
    let made: SqlEditor | undefined
    let isGone = false
    void import('./sql-editor.ts').then(({ createSqlEditor }) => {
      if (isGone || !parent.current) return
      const { text, dialect, schema } = latest.current
      made = createSqlEditor({
        parent: parent.current,
        text,
        dialect,
        schema,
        onRun: () => latest.current.onRun(),
        onChange: (next) => latest.current.onChange(next),
      })
      setEditor(made)
    })
    return () => {
      isGone = true
      made?.destroy()
    }
  }, [])
  useEffect(() => editor?.setSchema(options.schema), [editor, options.schema])
  return { parent, editor }
}
