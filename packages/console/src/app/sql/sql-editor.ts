import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { PostgreSQL, type SQLDialect, SQLite, sql } from '@codemirror/lang-sql'
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { Compartment, EditorState } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
  placeholder,
} from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { SHORTCUTS } from '../ui/shortcuts.ts'

/** Columns by table. */
export type EditorSchema = Readonly<Record<string, readonly string[]>>

/** What SQL is written. */
export type EditorDialect = 'sqlite' | 'postgres'

export interface SqlEditorOptions {
  readonly dialect: EditorDialect
  readonly parent: HTMLElement
  readonly text: string
  readonly schema: EditorSchema
  readonly onRun: () => void
  readonly onChange: (text: string) => void
}

export interface SqlEditor {
  /** Those of the selection, or all where nothing is selected. */
  statements(): string[]
  setText(text: string): void
  /** In the place of the selection. */
  insert(text: string): void
  setSchema(schema: EditorSchema): void
  focus(): void
  destroy(): void
}

/** Makes an editor. It lives in a shadow root, where its styles are style sheets that need no `<style>` element. */
export function createSqlEditor(options: SqlEditorOptions): SqlEditor {
  const { parent, text, schema, onRun, onChange } = options
  const dialect = DIALECTS[options.dialect]
  const root = parent.shadowRoot ?? parent.attachShadow({ mode: 'open' })
  const language = new Compartment()
  const runAll = () => {
    onRun()
    return true
  }
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        keymap.of([{ key: SHORTCUTS.runSql.keys[0], run: runAll }]),
        lineNumbers(),
        history(),
        drawSelection(),
        bracketMatching(),
        closeBrackets(),
        autocompletion({ icons: false }),
        highlightActiveLine(),
        EditorView.lineWrapping,
        placeholder('select …'),
        keymap.of([...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap]),
        language.of(languageOf(dialect, schema)),
        syntaxHighlighting(HIGHLIGHTS),
        THEME,
        TYPE_OVER,
        EditorView.contentAttributes.of({ 'aria-label': 'SQL', spellcheck: 'false' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(update.state.doc.toString())
        }),
      ],
    }),
  })
  return {
    statements() {
      const { main } = view.state.selection
      const { doc } = view.state
      return splitStatements(dialect, main.empty ? doc.toString() : doc.sliceString(main.from, main.to))
    },
    setText(next) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } })
    },
    insert(added) {
      view.dispatch(view.state.replaceSelection(added))
      view.focus()
    },
    setSchema(next) {
      view.dispatch({ effects: language.reconfigure(languageOf(dialect, next)) })
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  }
}

const DIALECTS = { sqlite: SQLite, postgres: PostgreSQL }

function languageOf(dialect: SQLDialect, schema: EditorSchema) {
  return sql({
    dialect,
    schema: Object.fromEntries(Object.entries(schema).map(([t, c]) => [t, [...c]])),
  })
}

/** The body of a trigger holds statements of its own, so such a text is taken as one. */
function splitStatements(dialect: SQLDialect, text: string): string[] {
  if (/^\s*create\s+(temp\w*\s+)?trigger\b/i.test(text)) return [text]
  const statements: string[] = []
  const cursor = dialect.language.parser.parse(text).cursor()
  if (!cursor.firstChild()) return []
  do {
    if (cursor.name === 'Statement') statements.push(text.slice(cursor.from, cursor.to).replace(/;\s*$/, ''))
  } while (cursor.nextSibling())
  return statements.filter((statement) => statement.trim() !== '')
}

const HIGHLIGHTS = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: 'var(--syntax-keyword)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--syntax-string)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--syntax-number)' },
  { tag: [tags.lineComment, tags.blockComment], color: 'var(--muted)', fontStyle: 'italic' },
  { tag: [tags.typeName, tags.standard(tags.name)], color: 'var(--syntax-key)' },
])

/**
 * Chromium keeps the look of what is typed over by an inline style, which the content security policy refuses. So what is
 * selected is replaced here.
 */
const TYPE_OVER = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { main } = view.state.selection
    const { data, inputType } = event
    if (main.empty || inputType !== 'insertText' || data === null || view.composing) return false
    event.preventDefault()
    const insert = () =>
      view.state.update(view.state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true })
    const handlers = view.state.facet(EditorView.inputHandler)
    if (!handlers.some((handle) => handle(view, main.from, main.to, data, insert))) view.dispatch(insert())
    return true
  },
})

const THEME = EditorView.theme({
  '&': { height: '100%', fontSize: '13px', color: 'var(--text)', backgroundColor: 'transparent' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55', overflow: 'auto' },
  '.cm-content': { padding: '12px 0', caretColor: 'var(--text)' },
  '.cm-gutters': {
    backgroundColor: 'transparent',
    color: 'var(--muted)',
    border: 'none',
    paddingLeft: '6px',
  },
  '.cm-activeLine': { backgroundColor: 'var(--hover)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-placeholder': { color: 'var(--muted)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'var(--selection)',
  },
  '.cm-tooltip': {
    border: '1px solid var(--line)',
    borderRadius: '8px',
    backgroundColor: 'var(--raised)',
    color: 'var(--text)',
    boxShadow: 'var(--shadow)',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', fontSize: '12px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '3px 10px' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { background: 'var(--accent)', color: 'var(--on-accent)' },
  '.cm-completionDetail': { color: 'var(--muted)' },
})
