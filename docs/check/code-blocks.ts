import MarkdownIt from 'markdown-it'

/**
 * A fenced block of a page, or a comment whose code is not shown: `<!-- ts … -->` is what the page takes for granted,
 * `<!-- ts check … -->` looks at what the code above it has done.
 */
export interface CodeBlock {
  readonly language: string
  /** What follows the language: `check`, `postgres`. */
  readonly flags: readonly string[]
  readonly code: string
  /** Of the first line of code, counted from 1. */
  readonly line: number
  readonly isHidden: boolean
}

const HIDDEN = /^<!-- ts( [a-z ]+)?\n([\s\S]*?)-->/

export function codeBlocks(markdown: string): CodeBlock[] {
  return new MarkdownIt({ html: true })
    .parse(markdown, {})
    .flatMap(({ type, info, content, map }): CodeBlock[] => {
      const [language = '', ...flags] = info.trim().split(/\s+/)
      const line = (map?.[0] ?? 0) + 2
      if (type === 'fence') return [{ language, flags, code: content, line, isHidden: false }]
      const hidden = type === 'html_block' ? HIDDEN.exec(content) : null
      if (!hidden) return []
      const [, hiddenFlags = '', code = ''] = hidden
      return [{ language: 'ts', flags: hiddenFlags.trim().split(' '), code, line, isHidden: true }]
    })
}

/** Blocks of TypeScript that are read as one file. */
export interface CodeModule {
  /** Each block at its place in the page, so that the lines of both agree. */
  readonly code: string
  readonly line: number
}

/**
 * A block that imports something begins a module, and one that does not goes on with the module before it. Only after
 * hidden code that has just begun one, a block goes on with it although it imports.
 */
export function codeModules(blocks: readonly CodeBlock[]): CodeModule[] {
  const groups: CodeBlock[][] = []
  let isBegunHidden = false
  for (const block of blocks.filter(({ language }) => language === 'ts')) {
    const isStart: boolean = /^import\s/m.test(block.code) && !isBegunHidden
    const last = groups.at(-1)
    if (isStart || !last) groups.push([block])
    else last.push(block)
    isBegunHidden = isStart && block.isHidden
  }
  return groups.map((group) => ({
    code: group.reduce((text, block) => {
      const missing = block.line - 1 - (text.split('\n').length - 1)
      return text + '\n'.repeat(Math.max(0, missing)) + codeOf(block)
    }, ''),
    line: group[0]!.line,
  }))
}

/** What checks the page is a scope of its own, so that nothing shown can need what it defines. */
function codeOf({ code, flags, isHidden }: CodeBlock): string {
  return isHidden && flags.includes('check') ? `{ ${code}}\n` : code
}
