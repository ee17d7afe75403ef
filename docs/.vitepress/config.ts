import { join, relative } from 'node:path'
import { defineConfig } from 'vitepress'
import { pageOf, ROOT, siteLink } from './links.ts'
import { navigation } from './navigation.ts'
import { withPackageManagers } from './package-managers.ts'
import { slug } from './slug.ts'

/** Where the files of the repository can be changed, such as `https://example.com/owner/name/edit/main`. */
const EDIT = process.env['DOCS_EDIT_URL']

export default defineConfig({
  title: 'PerSQL sessions',
  description: 'Durable, queryable conversation sessions for agents in TypeScript.',
  lang: 'en',
  base: process.env['DOCS_BASE'] ?? '/',
  // The pages of docs/, and the READMEs that they link to.
  srcDir: '..',
  srcExclude: [
    'README.md',
    '.*/**',
    '**/CHANGELOG.md',
    '{e2e,compat,examples}/**',
    'packages/*/{src,test,dist}/**',
    'bench/{python,results}/**',
  ],
  rewrites: pageOf,
  outDir: 'dist',
  cacheDir: 'node_modules/.cache/vitepress',
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: `${process.env['DOCS_BASE'] ?? '/'}icon.svg` }],
  ],
  vite: {
    plugins: [
      {
        name: 'package-managers',
        enforce: 'pre',
        transform: (code: string, id: string) => (id.endsWith('.md') ? withPackageManagers(code) : undefined),
      },
    ],
    build: { chunkSizeWarningLimit: 4000 },
    // Not the pages of other programs in the repository.
    optimizeDeps: { entries: ['docs/.vitepress/theme/index.ts'] },
    publicDir: 'docs/public',
    // Pages outside of this workspace find it too.
    resolve: { alias: { vue: join(import.meta.dirname, '../node_modules/vue') } },
  },
  markdown: {
    anchor: { slugify: slug },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark' },
    config(md) {
      // Before VitePress looks at links: pages link to files of the repository.
      md.core.ruler.push('site-links', ({ tokens, env }) => {
        const path = env?.realPath ?? env?.path
        if (path === undefined) return
        const page = relative(ROOT, path)
        for (const token of tokens.flatMap(({ children }) => children ?? [])) {
          const link = token.type === 'link_open' ? token.attrGet('href') : null
          if (link && !/^([a-z]+:|[#/])/i.test(link)) token.attrSet('href', siteLink(page, link))
        }
      })
    },
  },
  themeConfig: {
    logo: '/icon.svg',
    ...navigation,
    outline: { level: [2, 3] },
    search: {
      provider: 'local',
      options: {
        miniSearch: {
          searchOptions: {
            // Guides say what members are for, and there are many more members.
            boostDocument: (id: string) =>
              /\/(api|changes)\//.test(id) ? 0.05 : /\/packages\//.test(id) ? 0.5 : 1,
          },
        },
      },
    },
    ...(EDIT && { editLink: { pattern: `${EDIT}/:path`, text: 'Edit this page' } }),
    externalLinkIcon: true,
    docFooter: { prev: 'Before', next: 'Next' },
  },
})
