import { parseTokenPrices, type TokenPrices } from '@persql/session-core'
import { useState } from 'preact/hooks'
import { FormDialog } from '../ui/dialog.tsx'
import { writePrices } from './prices.ts'

export interface PricesDialogProps {
  readonly prices: TokenPrices
  /** Those that were used. */
  readonly models: readonly string[]
  readonly onClose: () => void
}

const PRICES = [
  ['input', 'Input'],
  ['cachedInput', 'Cached input'],
  ['output', 'Output'],
] as const

type Line = Record<'model' | (typeof PRICES)[number][0], string>

const NEW: Line = { model: '', input: '', cachedInput: '', output: '' }

/** Asks what models cost. */
export function PricesDialog({ prices, models, onClose }: PricesDialogProps) {
  const [lines, setLines] = useState(() => toLines(prices, models))
  const change = (place: number, part: Partial<Line>) =>
    setLines(lines.map((line, index) => (index === place ? { ...line, ...part } : line)))
  return (
    <FormDialog
      title="Prices"
      action="Save"
      isWide
      onSubmit={async () => writePrices(toPrices(lines))}
      onClose={onClose}
    >
      <p class="muted">
        For a million tokens. A name also stands for those that begin so, as <code>gpt-5</code> for{' '}
        <code>gpt-5-2025-08-07</code>. They are kept in this browser.
      </p>
      <div class="table-scroll">
        <table class="table prices">
          <thead>
            <tr>
              <th scope="col">Model</th>
              {PRICES.map(([key, label]) => (
                <th key={key} scope="col" class="numeric">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {lines.map((line, place) => (
              <tr key={place}>
                <td>
                  <input
                    aria-label="Model"
                    value={line.model}
                    autocomplete="off"
                    onInput={(event) => change(place, { model: event.currentTarget.value })}
                  />
                </td>
                {PRICES.map(([key, label]) => (
                  <td key={key}>
                    <input
                      type="number"
                      min="0"
                      step="any"
                      aria-label={`${label} of ${line.model || 'another model'}`}
                      value={line[key]}
                      onInput={(event) => change(place, { [key]: event.currentTarget.value })}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <button type="button" class="quiet" onClick={() => setLines([...lines, NEW])}>
        Another model
      </button>
    </FormDialog>
  )
}

function toLines(prices: TokenPrices, models: readonly string[]): Line[] {
  const priced = Object.entries(prices).map(([model, { input, cachedInput, output }]) => ({
    model,
    input: String(input),
    cachedInput: cachedInput === undefined ? '' : String(cachedInput),
    output: String(output),
  }))
  const names = Object.keys(prices)
  const others = models.filter(
    (model) => !names.some((name) => model === name || model.startsWith(`${name}-`)),
  )
  const lines = [...priced, ...others.map((model) => ({ ...NEW, model }))]
  return lines.length > 0 ? lines : [NEW]
}

/** A line without prices stands for a model that has none. */
function toPrices(lines: readonly Line[]): TokenPrices {
  const priced = lines.filter((line) => PRICES.some(([key]) => line[key] !== ''))
  const entries = priced.map(({ model, ...line }) => [
    model.trim(),
    Object.fromEntries(PRICES.flatMap(([key]) => (line[key] === '' ? [] : [[key, Number(line[key])]]))),
  ])
  return parseTokenPrices(JSON.stringify(Object.fromEntries(entries)))
}
