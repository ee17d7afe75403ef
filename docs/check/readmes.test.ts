import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pages, ROOT } from './pages.ts'

const READMES = pages().filter((page) => /^packages\/[\w-]+\/README\.md$/.test(page))

test.each(READMES)('%s has its parts in the order of the others', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8')
  expect(text.split('\n')[0]).toBe(`# ${page.replace('packages', '@persql').replace('/README.md', '')}`)
  const parts = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)
  // Only the packages that people open to the network say what holds there.
  expect(parts.filter((part) => part !== 'What holds')).toEqual([
    'Install',
    'Use',
    'Options',
    'Errors',
    'Dependencies',
    'Links',
  ])
})

const shownOf = (page: string) => readFileSync(join(ROOT, page), 'utf8').replace(/<!--[\s\S]*?-->/g, '')
const INSTALLING = pages().filter(
  (page) => READMES.includes(page) || shownOf(page).includes('\nnpm install '),
)

test.each(INSTALLING)('%s installs what its code imports', (page) => {
  const shown = shownOf(page)
  const commands = [...shown.matchAll(/npm install (?:--global )?([@\w/. -]+)/g)]
  const installed = new Set(commands.flatMap(([, names = '']) => names.split(' ')))
  const imports = [...shown.matchAll(/ from '((?:@[\w-]+\/)?[\w.-]+)(?:\/[\w-]+)*'/g)]
  const imported = new Set(imports.map(([, name = '']) => name))
  expect(installed.size).toBeGreaterThan(0)
  expect([...imported].filter((name) => !installed.has(name))).toEqual([])
})
