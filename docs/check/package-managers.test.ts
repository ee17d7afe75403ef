import { expect, test } from 'vitest'
import { withPackageManagers } from '../.vitepress/package-managers.ts'

test('a block that installs gets a tab for each package manager, and others stay', () => {
  const page = withPackageManagers(
    '```sh\nnpm install a @b/c   # remark\n```\n\n```sh\nnpm install a\nnode b\n```\n',
  )
  for (const command of ['npm install a @b/c', 'pnpm add a @b/c', 'yarn add a @b/c', 'bun add a @b/c']) {
    expect(page).toContain(`]\n${command}   # remark\n`)
  }
  expect(page).toContain('```sh\nnpm install a\nnode b\n```')
  expect(withPackageManagers('```sh\nnpm install --global @persql/cli\n```')).toContain(
    'pnpm add --global @persql/cli',
  )
})
