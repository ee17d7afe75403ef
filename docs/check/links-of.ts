import MarkdownIt from 'markdown-it'

/** The links and images of a page that are neither addresses nor anchors of the page itself. */
export function linksOf(markdown: string): string[] {
  return new MarkdownIt({ html: true })
    .parse(markdown, {})
    .flatMap(({ children }) => children ?? [])
    .map((token) => token.attrGet('href') ?? token.attrGet('src'))
    .filter((link) => link !== null)
    .filter((link) => !/^([a-z]+:|[#/])/i.test(link))
}
