import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// Draws docs/images/cast.svg, a terminal in which an agent remembers and the database answers: each command is run in a
// pseudo-terminal, and the picture shows what it printed. It needs `script`, of util-linux, and a build.

const ROOT = join(import.meta.dirname, '..')
const TOLD = 'My favourite colour is teal.'
const ASKED = 'What is my favourite colour?'
const BY_ROLE =
  "select message_data ->> '$.role' as role, count(*) as items from agent_messages group by role"

/** What is shown as typed, and what is run for it. */
const COMMANDS: readonly (readonly [shown: string, program: string, args: readonly string[]])[] = [
  [`node turn.ts agents.db "${TOLD}"`, 'examples/quickstart/turn.ts', ['agents.db', TOLD]],
  [
    `node turn.ts agents.db "${ASKED}"   # another process`,
    'examples/quickstart/turn.ts',
    ['agents.db', ASKED],
  ],
  ['persql sessions list', 'packages/cli/dist/bin.js', ['sessions', 'list']],
  ['persql sessions show user-42', 'packages/cli/dist/bin.js', ['sessions', 'show', 'user-42']],
  [
    `persql query "${BY_ROLE.slice(0, BY_ROLE.indexOf(' from'))}`,
    'packages/cli/dist/bin.js',
    ['query', BY_ROLE],
  ],
]
const CONTINUED = `              ${BY_ROLE.slice(BY_ROLE.indexOf('from'))}"`

const CELL = { width: 8.4, height: 20 }
const MARGIN = 24
const TOP = 56
const TYPING = 0.035
const PAUSE = 1.1
const END = 5
const COLOURS: Readonly<Record<string, string>> = {
  31: '#ff7b72',
  32: '#7ee787',
  33: '#e3b341',
  35: '#d2a8ff',
  36: '#79c0ff',
}

interface Run {
  readonly text: string
  readonly style: string
}

interface Line {
  readonly runs: readonly Run[]
  readonly at: number
  /** How long it takes to be typed; 0 for what is printed. */
  readonly typed: number
}

const folder = mkdtempSync(join(tmpdir(), 'cast-'))
const lines: Line[] = []
let time = 0.5
for (const [index, [shown, program, args]] of COMMANDS.entries()) {
  const isLast = index === COMMANDS.length - 1
  for (const typed of isLast ? [shown, CONTINUED] : [shown]) {
    const prompt = typed === CONTINUED ? '  ' : '$ '
    const duration = typed.trim().length * TYPING
    const runs = [
      { text: prompt, style: 'fill:#7ee787' },
      { text: typed, style: 'fill:#ffffff' },
    ]
    lines.push({ runs, at: time, typed: duration })
    time += duration
  }
  time += 0.3
  for (const printed of printedBy(program, args)) lines.push({ runs: runsOf(printed), at: time, typed: 0 })
  time += PAUSE
}
rmSync(folder, { recursive: true })
const image = join(ROOT, 'docs/images/cast.svg')
writeFileSync(image, draw(lines, time + END))
console.log(`${image}: ${lines.length} lines, ${(time + END).toFixed(1)} s`)

function printedBy(program: string, args: readonly string[]): string[] {
  const words = [process.execPath, join(ROOT, program), ...args]
  const command = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
  const { FORCE_COLOR, NO_COLOR, OPENAI_API_KEY, ...rest } = process.env
  const env = { ...rest, TERM: 'xterm-256color', PERSQL_DATABASE: 'agents.db', NODE_NO_WARNINGS: '1' }
  const options = { cwd: folder, env, input: '', encoding: 'utf8' } as const
  return execFileSync('script', ['-qec', command, '/dev/null'], options)
    .replaceAll('\r', '')
    .trimEnd()
    .split('\n')
    .filter((line, index, all) => line !== '' || all[index - 1] !== '')
}

/** The parts of a line of a terminal that look alike. */
function runsOf(line: string): Run[] {
  const active = new Set<string>()
  return line.split('\u001b[').flatMap((part, index) => {
    const [, codes = '', text = part] = index === 0 ? [] : (/^([\d;]*)m(.*)$/.exec(part) ?? [])
    for (const code of index === 0 ? [] : codes.split(';')) {
      if (code === '0' || code === '') active.clear()
      else if (code === '22') for (const one of ['1', '2']) active.delete(one)
      else if (code === '39') for (const one of Object.keys(COLOURS)) active.delete(one)
      else active.add(code)
    }
    const colour = Object.keys(COLOURS).find((code) => active.has(code))
    const fill = colour ? COLOURS[colour] : active.has('2') ? '#8b949e' : '#d1d7e0'
    return text === '' ? [] : [{ text, style: `fill:${fill}${active.has('1') ? ';font-weight:700' : ''}` }]
  })
}

function draw(shown: readonly Line[], duration: number): string {
  const columns = Math.max(...shown.map(({ runs }) => runs.reduce((sum, { text }) => sum + text.length, 0)))
  const width = Math.ceil(columns * CELL.width + 2 * MARGIN)
  const height = TOP + shown.length * CELL.height + MARGIN
  const percent = (at: number) => `${((100 * at) / duration).toFixed(2)}%`
  const rules: string[] = []
  const texts = shown.map(({ runs, at, typed }, row) => {
    rules.push(`@keyframes l${row}{0%,${percent(at)}{opacity:0}${percent(at + 0.01)},to{opacity:1}}`)
    rules.push(`.l${row}{animation:l${row} ${duration.toFixed(1)}s step-end infinite}`)
    const y = TOP + row * CELL.height
    let column = 0
    const spans = runs.map(({ text, style }) => {
      const x = (MARGIN + column * CELL.width).toFixed(1)
      column += text.length
      const length = (text.length * CELL.width).toFixed(1)
      return `<text x="${x}" y="${y}" textLength="${length}" style="${style}">${escapeXml(text)}</text>`
    })
    if (typed === 0) return `<g class="l${row}">${spans.join('')}</g>`
    // What is not typed yet is covered.
    const total = column * CELL.width
    const steps = Math.max(1, Math.round(column / 2))
    rules.push(
      `@keyframes t${row}{0%,${percent(at)}{transform:none;animation-timing-function:steps(${steps})}${percent(at + typed)},to{transform:translateX(${total.toFixed(1)}px)}}`,
      `.t${row}{animation:t${row} ${duration.toFixed(1)}s linear infinite}`,
    )
    const cover = `<rect class="t${row} cover" x="${MARGIN + 2 * CELL.width}" y="${y - 15}" width="${total.toFixed(1)}" height="20" fill="#0d1117"/>`
    return `<g class="l${row}" clip-path="url(#screen)">${spans.join('')}${cover}</g>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="A terminal: an agent is told a favourite colour, another process knows it, and persql lists, shows and counts what is stored.">
<style>
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre}
${rules.join('\n')}
@media (prefers-reduced-motion:reduce){g,.cover{animation:none!important}.cover{display:none}}
</style>
<clipPath id="screen"><rect x="0" y="0" width="${width - MARGIN / 2}" height="${height}"/></clipPath>
<rect width="${width}" height="${height}" rx="10" fill="#0d1117"/>
<g fill="#30363d"><circle cx="24" cy="20" r="6"/><circle cx="44" cy="20" r="6"/><circle cx="64" cy="20" r="6"/></g>
${texts.join('\n')}
</svg>
`
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
