import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pageOf } from '../.vitepress/links.ts'
import { guide, PACKAGES } from '../.vitepress/navigation.ts'
import { pages, ROOT } from './pages.ts'

test('every page of the documentation is in the navigation, and nothing else is', () => {
  const linked = guide.flatMap(({ items = [] }) => items.map(({ link = '' }) => link))
  const written = pages()
    .filter((page) => page.startsWith('docs/') && page !== 'docs/index.md')
    .map((page) => `/${pageOf(page).replace(/(index)?\.md$/, '')}`)
  expect(linked.toSorted()).toEqual(written.toSorted())
})

test('every package is in the navigation', () => {
  expect(PACKAGES.toSorted()).toEqual(readdirSync(join(ROOT, 'packages')).toSorted())
})
