import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DefaultTheme } from 'vitepress'

const docs = join(import.meta.dirname, '..')

function pages(...items: [text: string, link: string][]): DefaultTheme.SidebarItem[] {
  return items.map(([text, link]) => ({ text, link }))
}

export const guide: DefaultTheme.SidebarItem[] = [
  {
    text: 'Begin',
    items: pages(
      ['Start here', '/start'],
      ['Choosing a driver', '/drivers/'],
      ['Local and remote', '/remote'],
      ['Architecture', '/architecture'],
    ),
  },
  {
    text: 'In your app',
    items: pages(
      ['Conversations', '/guides/conversations'],
      ['Streaming', '/guides/streaming'],
      ['Serverless', '/guides/serverless'],
      ['Docker', '/guides/docker'],
      ['Testing without a key', '/guides/testing'],
    ),
  },
  {
    text: 'Agents',
    items: pages(
      ['History windows', '/history-windows'],
      ['One history with Python', '/one-history'],
      ['Runs that survive', '/durable-runs'],
      ['Reading only what is new', '/incremental-reads'],
      ['Tokens and money', '/usage'],
      ['Human approval', '/human-approval'],
      ['Compaction', '/compaction'],
      ['Memory', '/memory'],
      ['How recall ranks', '/memory-recall'],
      ['Isolation per agent', '/isolation'],
      ['MCP', '/mcp'],
    ),
  },
  {
    text: 'Operations',
    items: pages(
      ['SQL recipes', '/sql-recipes'],
      ['Command line', '/cli'],
      ['Console', '/console'],
      ['Self-hosting', '/self-hosting'],
      ['Durability', '/durability'],
      ['Benchmarks', '/benchmarks'],
      ['Security model', '/security'],
      ['Supply chain', '/supply-chain'],
      ['Troubleshooting', '/troubleshooting'],
    ),
  },
  {
    text: 'Migrating',
    items: pages(
      ['From MemorySession', '/migrating/from-memory-session'],
      ['From the Python SDK', '/migrating/from-python'],
      ['From a store of your own', '/migrating/from-your-own-store'],
      ['From a file to PostgreSQL', '/migrating/to-postgres'],
    ),
  },
  {
    text: 'Drivers',
    items: pages(
      ['better-sqlite3', '/drivers/better-sqlite3'],
      ['sql.js', '/drivers/sqljs'],
      ['PostgreSQL', '/drivers/postgres'],
      ['libSQL', '/drivers/libsql'],
      ['Cloudflare', '/drivers/cloudflare'],
      ['Kysely', '/drivers/kysely'],
      ['Writing a driver', '/drivers/writing-a-driver'],
    ),
  },
]

export const PACKAGES = [
  'openai-agents',
  'session-core',
  'driver-better-sqlite3',
  'driver-sqljs',
  'driver-persql',
  'driver-postgres',
  'driver-libsql',
  'driver-cloudflare',
  'kysely',
  'context',
  'sdk',
  'server',
  'console',
  'mcp',
  'cli',
]

const rank = (path: string) => PACKAGES.indexOf(path.split(/[/.]/)[0] ?? '')

const packages: DefaultTheme.SidebarItem[] = [
  {
    text: 'Packages',
    items: PACKAGES.map((name) => ({
      text: `@persql/${name}`,
      link: `/packages/${name}`,
    })),
  },
  {
    text: 'API reference',
    items: globSync('**/*.md', { cwd: join(docs, 'api/@persql') })
      .sort((one, other) => rank(one) - rank(other) || one.localeCompare(other))
      .map((path) => path.replace(/\.md$/, ''))
      .map((path) => ({ text: path, link: `/api/@persql/${path}` })),
  },
]

const manifest = readFileSync(join(docs, '../packages/openai-agents/package.json'), 'utf8')
const { version } = JSON.parse(manifest) as { version: string }

export const navigation: Pick<DefaultTheme.Config, 'nav' | 'sidebar'> = {
  nav: [
    { text: 'Guide', link: '/start', activeMatch: '^/(?!packages|api|bench|changes|source)' },
    { text: 'Packages', link: '/packages/openai-agents', activeMatch: '^/packages' },
    { text: 'API', link: '/api/', activeMatch: '^/api' },
    { text: 'Benchmarks', link: '/benchmarks', activeMatch: '^/bench' },
    { text: version === '0.0.0' ? 'Not released' : version, link: '/changes/next', activeMatch: '^/changes' },
  ],
  sidebar: { '/packages/': packages, '/api/': packages, '/': guide },
}
