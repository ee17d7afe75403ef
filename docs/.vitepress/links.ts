import { existsSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

export const ROOT = join(import.meta.dirname, '../..')

/** Where a page of the repository is on the site: `docs/remote.md` is `remote.md`. */
export function pageOf(path: string): string {
  return path
    .replace(/^docs\//, '')
    .replace(/^packages\/([^/]+)\/README\.md$/, 'packages/$1.md')
    .replace(/^bench\/README\.md$/, 'bench.md')
    .replace(/^[A-Z]+\.md$/, (name) => name.toLowerCase())
    .replace(/^drivers\/README\.md$/, 'drivers/index.md')
}

/**
 * A relative link of a page, which works in the repository, as one that works on the site. Files that are no pages
 * are shown under `/source/`. Throws for what does not exist.
 */
export function siteLink(page: string, link: string): string {
  const [, path = '', hash = ''] = /^([^#]*)(#.*)?$/.exec(link) ?? []
  if (path === '') return hash
  let target = relative(ROOT, join(ROOT, dirname(page), decodeURIComponent(path)))
  if (!existsSync(join(ROOT, target))) throw new Error(`${page}: dead link ${link}`)
  if (statSync(join(ROOT, target)).isDirectory()) target = fileOf(target, `${page}: ${link}`)
  if (target === 'README.md') return `/${hash}`
  return `/${target.endsWith('.md') ? pageOf(target) : `source/${target}`}${hash}`
}

/** What a folder is about. */
function fileOf(folder: string, link: string): string {
  const name = folder.slice(folder.lastIndexOf('/') + 1)
  const names = ['README.md', 'index.md', `${name}.ts`, 'run.ts', 'package.json']
  const file = names.map((each) => `${folder}/${each}`).find((path) => existsSync(join(ROOT, path)))
  if (file === undefined) throw new Error(`${link} has no page`)
  return file
}
