import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import MarkdownIt from 'markdown-it'
import { siteLink } from '../.vitepress/links.ts'
import { slug } from '../.vitepress/slug.ts'
import { linksOf } from './links-of.ts'
import { ROOT } from './pages.ts'

/** Links of a page to files and headings that do not exist. */
export function checkLinks(page: string, markdown: string): string[] {
  return linksOf(markdown).flatMap((link) => {
    try {
      siteLink(page, link)
    } catch (error) {
      return [(error as Error).message]
    }
    const [path = '', hash] = link.split('#')
    const target = path === '' ? page : normalize(join(dirname(page), path))
    if (hash === undefined || !target.endsWith('.md')) return []
    const text = target === page ? markdown : readFileSync(join(ROOT, target), 'utf8')
    return headings(text).includes(hash) ? [] : [`${page}: ${link} has no such heading`]
  })
}

function headings(markdown: string): string[] {
  return new MarkdownIt().parse(markdown, {}).flatMap(({ type }, index, tokens) => {
    if (type !== 'heading_open') return []
    const texts = tokens[index + 1]?.children?.map(({ content }) => content) ?? []
    return [slug(texts.join(''))]
  })
}
