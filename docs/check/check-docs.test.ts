import { expect, test } from 'vitest'
import { checkLinks } from './check-links.ts'
import { checkShell } from './check-shell.ts'
import { checkSql } from './check-sql.ts'
import { checkHidden, checkTypeScript } from './check-typescript.ts'
import { codeBlocks, codeModules } from './code-blocks.ts'
import { runPages } from './run-pages.ts'

const block = (language: string, code: string) => `\`\`\`${language}\n${code}\n\`\`\`\n`
const page = (markdown: string) => [{ page: 'page.md', markdown, blocks: codeBlocks(markdown) }]
const typeScript = (markdown: string) => checkTypeScript(page(markdown))
const run = (markdown: string) => runPages(page(markdown))

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
  const markdown = `<!-- ts\nimport 'a'\n-->\n\n${block('ts', "import 'b'")}\n${block('ts', "import 'c'")}`
  expect(codeModules(codeBlocks(markdown))).toMatchObject([{ line: 2 }, { line: 10 }])
})

const hidden = '<!-- ts\ndeclare const driver: { close(): void }\n-->\n'

test('what is shown needs and hidden code defines is explained in the text above it, by its name', async () => {
  const code = block('ts', 'driver.close()')
  expect(await checkHidden(page(`Close the driver:\n\n${hidden}\n${code}`))).toEqual([
    'page.md:8: no text above says what "driver" is.',
  ])
  expect(await checkHidden(page(`Close:\n\n${hidden}\n${code}\nThat was \`driver\`.`))).toHaveLength(1)
  const shorthand = block('ts', 'console.log({ driver })')
  expect(await checkHidden(page(`Close:\n\n${hidden}\n${shorthand}`))).toEqual([
    'page.md:8: no text above says what "driver" is.',
  ])
  expect(await checkHidden(page(`Close \`driver\`, which is yours:\n\n${hidden}\n${code}`))).toEqual([])
})

test('reports hidden code that nothing shown needs', async () => {
  expect(await checkHidden(page(`${hidden}\n${block('ts', 'console.log(1)')}`))).toEqual([
    'page.md:2: nothing that is shown needs this hidden code.',
  ])
})

test('what is shown cannot need what a check of the page defines', async () => {
  const check = '<!-- ts check\nconst n = 1\n-->\n'
  const markdown = `${block('ts', "import 'node:fs'")}\n${check}\n${block('ts', 'console.log(n)')}`
  expect((await typeScript(markdown)).join()).toContain("Cannot find name 'n'")
})

test('runs what is shown block after block, and names the line of what fails', async () => {
  const first = block('ts', "import { Agent } from '@openai/agents'\nconst agent = new Agent({ name: 'A' })")
  expect(await run(`${first}\n${block('ts', 'console.log(agent.name)')}`)).toEqual([])
  expect(await run(`${first}\n${block('ts', 'console.log(1)\nconsole.log(agnet.name)')}`)).toEqual([
    expect.stringMatching(/^page\.md:8: [\s\S]*ReferenceError: agnet is not defined/),
  ])
})

test('runs in a folder with the packages, the databases that it names, and a model without a key', async () => {
  const code = `
import { readdirSync } from 'node:fs'
import { Agent, run } from '@openai/agents'
import { PerSQLSession } from '@persql/openai-agents'
import { PerSQL } from '@persql/sdk'

const files = readdirSync('.').filter((name) => name.endsWith('.db'))
if (files.length > 0 || process.env.OPENAI_API_KEY) throw new Error(files.join())
const persql = new PerSQL({ baseURL: 'http://127.0.0.1:8787', token: 'psql_live_…' })
const session = new PerSQLSession('user-42', persql.database('local/main'))
await run(new Agent({ name: 'A' }), 'Hello', { session })
if ((await session.getItems()).length !== 2) throw new Error('no items')
`
  expect(await run(block('ts', code))).toEqual([])
})

test('reports exceptions for code that is not there', async () => {
  expect(await runPages([{ page: 'docs/compaction.md', markdown: '', blocks: [] }])).toEqual([
    'docs/compaction.md: no code has "OpenAIResponsesCompactionSession", which NOT_RUN names.',
  ])
})

test('runs what looks at the code above it, and reports what it finds', async () => {
  const markdown = `${block('ts', "import 'node:fs'\nconst n = 1")}\n<!-- ts check\nif (n !== 2) throw new Error('no')\n-->\n`
  expect(await run(markdown)).toEqual([expect.stringMatching(/^page\.md:7: [\s\S]*Error: no/)])
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

test('runs code for Cloudflare in its engine, and each of its Durable Objects', {
  timeout: 120_000,
}, async () => {
  const imports = "import { DurableObject, env } from 'cloudflare:workers'\n"
  const inWorker = (code: string) => run(block('ts', imports + code))
  expect(await inWorker("if (typeof env.DB.prepare !== 'function') throw new Error('no D1')")).toEqual([])
  const [atOnce] = await inWorker("throw new Error('thrown at once')")
  expect(atOnce).toMatch(/^page\.md:2: .*thrown at once/)
  const [asked] = await inWorker(
    "export class Agent extends DurableObject {\n  fetch() { throw new Error('thrown when asked') }\n}",
  )
  expect(asked).toContain('thrown when asked')
})
