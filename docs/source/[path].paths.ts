import { readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { siteLink } from '../.vitepress/links.ts'
import { linksOf } from '../check/links-of.ts'
import { pages, ROOT } from '../check/pages.ts'

const SOURCE = '/source/'

/** One page for each file of the repository that a page links to. */
export default {
  paths() {
    const links = pages().flatMap((page) =>
      linksOf(readFileSync(join(ROOT, page), 'utf8')).map((link) => siteLink(page, link)),
    )
    const paths = links.filter((link) => link.startsWith(SOURCE)).map((link) => link.slice(SOURCE.length))
    return [...new Set(paths)]
      .filter((path) => !/\.(png|svg)$/.test(path))
      .map((path) => ({
        params: { path },
        content: `# ${path}\n\n\`\`\`\`${extname(path).slice(1)}\n${readFileSync(join(ROOT, path), 'utf8')}\`\`\`\`\n`,
      }))
  },
}
