import MarkdownIt from 'markdown-it'

/** What a reader of a page does next: writes a file, or types commands. */
export type PageStep =
  | { readonly file: string; readonly code: string }
  | { readonly commands: readonly string[] }

const PROGRAM = /^(js|ts|tsx|json|dockerfile)$/

/**
 * The visible blocks of a page as steps, in order. A program goes into the file that the text above it names last, as
 * in "Put this into `agent.js`:".
 */
export function pageSteps(markdown: string): PageStep[] {
  const steps: PageStep[] = []
  let named: string | undefined
  for (const { type, info, content } of new MarkdownIt().parse(markdown, {})) {
    if (type === 'inline') named = [...content.matchAll(/into `([\w./-]+)`/g)].at(-1)?.[1] ?? named
    if (type !== 'fence') continue
    const [language = ''] = info.trim().split(' ')
    if (language === 'sh') steps.push({ commands: content.trim().split('\n') })
    if (!PROGRAM.test(language)) continue
    if (named === undefined) throw new Error(`No text says which file this is:\n${content}`)
    steps.push({ file: named, code: content })
    named = undefined
  }
  return steps
}
