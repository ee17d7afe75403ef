import { expect, test } from 'vitest'
import { checkLinks } from './check-links.ts'
import { checkShell } from './check-shell.ts'
import { checkSql } from './check-sql.ts'
import { checkTypeScript, checkVisible } from './check-typescript.ts'
import { codeBlocks, codeModules } from './code-blocks.ts'

const block = (language: string, code: string) => `\`\`\`${language}\n${code}\n\`\`\`\n`
const typeScript = (markdown: string) => checkTypeScript(new Map([['page.md', codeBlocks(markdown)]]))

test('accepts blocks that compile, and that go on with the ones before', async () => {
  const imports =
    "import { SessionStore } from '@persql/session-core'\ndeclare const store: SessionStore<object>"
  const markdown = `# Title\n\n${block('ts', imports)}\nThen:\n\n${block('ts', "await store.clear('a')")}`
  expect(await typeScript(markdown)).toEqual([])
})

test('reports a block that does not compile, at its line of the page', async () => {
  const imports =
    "import { SessionStore } from '@persql/session-core'\ndeclare const store: SessionStore<object>"
  const markdown = `# Title\n\n${block('ts', imports)}\n${block('ts', "await store.erase('a')")}`
  const [problem] = await typeScript(markdown)
  expect(problem).toMatch(/^page\.md\(9,13\): error TS2339: Property 'erase' does not exist/)
})

test('a block that imports does not see the names of the module before it', async () => {
  const markdown = `${block('ts', "import 'node:fs'\nconst n = 1")}\n${block('ts', "import 'node:fs'\nconsole.log(n)")}`
  expect((await typeScript(markdown)).join()).toContain("Cannot find name 'n'")
})

test('hidden code is part of the module of the block behind it', () => {
  const markdown = `<!-- ts run\nimport 'a'\n-->\n\n${block('ts', "import 'b'")}\n${block('ts', "import 'c'")}`
  expect(codeModules(codeBlocks(markdown))).toMatchObject([
    { isRun: true, line: 2 },
    { isRun: false, line: 10 },
  ])
})

test('what a reader meets and hidden code defines is explained in the text, by its name', async () => {
  const visible = (text: string) => {
    const markdown = `${text}\n\n<!-- ts\ndeclare const driver: { close(): void }\n-->\n\n${block('ts', 'driver.close()')}`
    return checkVisible(new Map([['page.md', { markdown, blocks: codeBlocks(markdown) }]]))
  }
  expect(await visible('Close the driver:')).toEqual([
    'page.md:8: "driver" is hidden from the reader, and no text says what it is.',
  ])
  expect(await visible('Close `driver`, which is yours:')).toEqual([])
})

test('reports what a block marked run throws, with its line of the page', async () => {
  const [problem] = await typeScript(block('ts run', "throw new Error('no')"))
  expect(problem).toMatch(/page\.md:2[\s\S]*Error: no/)
})

test('runs SQL on a database with sessions and memories, and reports what fails', async () => {
  const sql =
    'select s.session_id from agent_sessions s join agent_messages m using (session_id); select name from ctx_memory'
  expect(await checkSql('page.md', codeBlocks(block('sql', sql)))).toEqual([])
  expect(await checkSql('page.md', codeBlocks(block('sql', 'select missing from agent_messages')))).toEqual([
    'page.md:2: SQL: no such column: missing',
  ])
})

test('runs SQL that is marked so on PostgreSQL, and reports what fails', async () => {
  const sql = "select cast(now() as date);\nselect to_char(created_at, 'YYYY') from agent_messages;\n"
  expect(await checkSql('page.md', codeBlocks(block('sql postgres', sql)))).toEqual([])
  expect(await checkSql('page.md', codeBlocks(block('sql postgres', "select datetime('now')")))).toEqual([
    expect.stringMatching(/^page\.md:2: SQL: .*datetime/),
  ])
})

test('reports scripts, examples and packages that do not exist', () => {
  const markdown = `${block('sh', 'npm install @persql/nothing\nnpx --yes pnpm@12 nothing')}\n\`npx --yes pnpm@12 example nothing\``
  expect(checkShell('page.md', markdown, codeBlocks(markdown))).toEqual([
    'page.md: there is no script "nothing"',
    'page.md: there is no example "nothing"',
    'page.md: there is no package "@persql/nothing"',
  ])
})

test('reports what npx would ask about, and commands that are not named by their package', () => {
  const markdown = block(
    'sh',
    'npx pnpm@12 test\nnpx --yes persql sessions list\nnpx -y @persql/cli sessions list',
  )
  expect(checkShell('page.md', markdown, codeBlocks(markdown))).toEqual([
    'page.md: npx pnpm@12 stops without a terminal: npx --yes pnpm@12',
    'page.md: there is no package "persql" with a command',
  ])
})

test('reports links to files and headings that do not exist', () => {
  const markdown =
    '# A title\n\n[a](#a-title) [b](start.md#1-a-folder) [c](missing.md) [d](start.md#missing) [e](#missing)'
  expect(checkLinks('docs/page.md', markdown)).toEqual([
    'docs/page.md: dead link missing.md',
    'docs/page.md: start.md#missing has no such heading',
    'docs/page.md: #missing has no such heading',
  ])
})
