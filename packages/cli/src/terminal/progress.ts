import { count } from './format.ts'

const REDRAW_MS = 100
const WIDTH = 24

/** A bar on standard error, drawn only where that is a terminal. */
export class ProgressBar {
  readonly #noun: string
  readonly #total: number
  readonly #isShown = process.stderr.isTTY && process.env['TERM'] !== 'dumb'
  #done = 0
  #drawn = 0
  #isClean = true

  /** Without a total, it counts. */
  constructor(noun: string, total = 0) {
    this.#noun = noun
    this.#total = total
  }

  add(steps: number): void {
    this.#done += steps
    if (!this.#isShown || performance.now() - this.#drawn < REDRAW_MS) return
    this.#drawn = performance.now()
    this.#isClean = false
    process.stderr.write(`\r${this.#line()}\x1b[K`)
  }

  /** Takes the bar away. */
  end(): void {
    if (!this.#isClean) process.stderr.write('\r\x1b[K')
    this.#isClean = true
  }

  #line(): string {
    if (this.#total === 0) return count(this.#done, this.#noun)
    const share = Math.min(1, this.#done / this.#total)
    const filled = Math.round(share * WIDTH)
    const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled)
    return `${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${count(this.#done, this.#noun)}`
  }
}
