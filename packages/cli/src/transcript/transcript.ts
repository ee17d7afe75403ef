import { jsonCodec, type RawRow } from '@persql/session-core'
import { count, formatTime } from '../terminal/format.ts'
import { neutralise, neutraliseLines } from '../terminal/neutralise.ts'
import { bold, cyan, dim, green, magenta, red, yellow } from '../terminal/style.ts'
import { type ItemView, viewItem } from './item-view.ts'

const CODEC = jsonCodec<unknown>({ exactNumbers: true })
const SHORT = 2000

const COLOURS: Readonly<Record<ItemView['kind'], (text: string) => string>> = {
  user: cyan,
  assistant: green,
  system: magenta,
  call: yellow,
  result: yellow,
  reasoning: dim,
  other: dim,
}

/** Turns rows into what people read. Made for one session, from its beginning or any later row. */
export class Transcript {
  readonly #isFull: boolean
  readonly #tools = new Map<string, string>()

  /** `full`: long texts are not cut. */
  constructor(options: { readonly full?: boolean | undefined } = {}) {
    this.#isFull = options.full ?? false
  }

  /** Safe to show. Ends with an empty line. */
  render(row: RawRow): string {
    const { rowId, createdAt } = row
    const item = decodeRow(row)
    const view: Pick<ItemView, 'kind' | 'heading' | 'body'> = item
      ? this.#view(item.value)
      : { kind: 'other', heading: 'corrupt row', body: rawText(row) }
    const colour = item ? COLOURS[view.kind] : red
    const heading = `${bold(colour(neutralise(view.heading)))}  ${dim(`${neutralise(formatTime(createdAt))}  #${rowId}`)}`
    return `${heading}\n${this.#indented(view)}\n`
  }

  #view(item: unknown): ItemView {
    const view = viewItem(item, (link) => this.#tools.get(link))
    const { kind, link, tool } = view
    if (kind === 'call' && link !== undefined && tool !== undefined) this.#tools.set(link, tool)
    return view
  }

  #indented({ kind, body }: Pick<ItemView, 'kind' | 'body'>): string {
    if (body === '') return ''
    const isCut = !this.#isFull && body.length > SHORT
    const shown = neutraliseLines(isCut ? body.slice(0, SHORT).toWellFormed() : body)
    const lines = shown.split('\n').map((line) => `  ${kind === 'reasoning' ? dim(line) : line}`)
    const rest = isCut ? [dim(`  … ${count(body.length - SHORT, 'more character')} (--full)`)] : []
    return `${[...lines, ...rest].join('\n')}\n`
  }
}

/** The item of a row; nothing where the row is corrupt. */
export function decodeRow({ data }: RawRow): { readonly value: unknown } | undefined {
  if (typeof data !== 'string') return undefined
  try {
    return { value: CODEC.decode(data) }
  } catch {
    return undefined
  }
}

/** What a row holds, as far as it is text. */
export function rawText({ data }: RawRow): string {
  return typeof data === 'string' ? data : new TextDecoder().decode(data.bytes)
}
