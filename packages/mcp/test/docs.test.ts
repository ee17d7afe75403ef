import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { TOOLS } from '../src/tools/index.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/mcp.md'), 'utf8')

interface Entry {
  readonly url?: string
  readonly type?: string
  readonly headers?: Record<string, string>
  readonly command?: string
  readonly args?: string[]
}

test('each configuration parses, and is for HTTP with a token or for the command', () => {
  const blocks = [...page.matchAll(/^```json\n(.*?)^```/gms)].map(([, json]) => JSON.parse(json ?? ''))
  const configurations = blocks.filter((block) => 'mcpServers' in block || 'servers' in block)
  expect(configurations).toHaveLength(8)
  for (const { mcpServers, servers } of configurations) {
    const { persql } = (mcpServers ?? servers) as { persql: Entry }
    if (persql.url === undefined) {
      expect(persql.command).toBe('npx')
      expect(persql.args?.slice(0, 4)).toEqual(['-y', '@persql/cli', 'mcp', '--db'])
    } else {
      expect(new URL(persql.url).pathname).toBe('/mcp')
      expect(persql.headers?.['Authorization']).toMatch(/^Bearer \$\{/)
    }
  }
})

test('each tool is in the table with its arguments, and the table has no others', () => {
  const rows = [...page.matchAll(/^\| `(\w+)` \| (?:`(.*?)` )?\|/gm)].map(([, name, list = '']) => {
    return [name, list.split(', ').filter((argument) => argument !== '')] as const
  })
  const documented = Object.fromEntries(rows.map(([name, list]) => [name, list.toSorted()]))
  const real = Object.fromEntries(
    TOOLS.map(({ name, input }) => {
      const { required = [] } = z.toJSONSchema(input, { io: 'input' })
      const list = Object.keys(input.shape).map((key) => (required.includes(key) ? key : `${key}?`))
      return [name, list.toSorted()]
    }),
  )
  expect(documented).toEqual(real)
  const reading = page.slice(page.indexOf('| `query`'), page.indexOf('| `batch`'))
  for (const { name, effect } of TOOLS) {
    expect(reading.includes(`| \`${name}\` |`), name).toBe(effect === 'reads')
  }
})
