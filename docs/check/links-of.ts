import MarkdownIt from 'markdown-it'

/** The links and images of a page, except those to other sites. */
export function linksOf(markdown: string): string[] {
  return new MarkdownIt({ html: true })
    .parse(markdown, {})
    .flatMap(({ children }) => children ?? [])
    .map((token) => token.attrGet('href') ?? token.attrGet('src'))
    .filter((link) => typeof link === 'string')
    .filter((link) => !/^([a-z]+:|\/)/i.test(link))
}
