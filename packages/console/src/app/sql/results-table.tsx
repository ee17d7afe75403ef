import type { SqlValue } from '@persql/sdk'
import { useEffect, useRef, useState } from 'preact/hooks'
import { CopyButton } from '../ui/copy-button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { bytes, toHex } from '../ui/format.ts'
import { JsonView } from '../ui/json-view.tsx'
import { useVirtual } from '../ui/use-virtual.ts'
import type { Table } from './export.ts'

const ROW_HEIGHT = 30
const CELL_TEXT = 200

interface Place {
  readonly row: number
  readonly column: number
}

/** Rows as a grid. Arrow keys walk through the cells, Enter shows the whole of one. */
export function ResultsTable({ columns, rows }: Table) {
  const scroller = useRef<HTMLDivElement>(null)
  const [place, setPlace] = useState<Place>()
  const [shown, setShown] = useState<Place>()
  const virtual = useVirtual({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    paddingStart: ROW_HEIGHT,
    scrollPaddingStart: ROW_HEIGHT,
    overscan: 12,
  })
  const widths = widthsOf({ columns, rows })
  const template = ['52px', ...widths.map((width) => `${width}px`)].join(' ')
  useEffect(() => {
    if (place) document.getElementById(idOf(place))?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [place])

  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key]
    if (event.key === 'Enter' && place) setShown(place)
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    const next = {
      row: clamp((place?.row ?? -1) + step[0], rows.length),
      column: clamp((place?.column ?? 0) + step[1], columns.length),
    }
    virtual.scrollToIndex(next.row)
    setPlace(next)
  }
  const value = shown && rows[shown.row]?.[shown.column]
  return (
    <div
      class="grid"
      ref={scroller}
      role="grid"
      tabIndex={0}
      aria-label="Result"
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      aria-activedescendant={place && idOf(place)}
      onKeyDown={onKeyDown}
    >
      <div class="grid-body" style={{ height: `${virtual.getTotalSize()}px`, '--columns': template }}>
        <div class="grid-row grid-head" role="row" aria-rowindex={1}>
          <span class="grid-number" role="presentation" />
          {columns.map((column, index) => (
            <span key={index} role="columnheader" class="grid-cell" title={column}>
              {column}
            </span>
          ))}
        </div>
        {virtual.getVirtualItems().map(({ index, start }) => (
          <div
            key={index}
            class="grid-row"
            role="row"
            aria-rowindex={index + 2}
            style={{ transform: `translateY(${start}px)` }}
          >
            <span class="grid-number" role="presentation">
              {index + 1}
            </span>
            {rows[index]!.map((cell, column) => (
              <span
                key={column}
                id={idOf({ row: index, column })}
                role="gridcell"
                class={`grid-cell ${typeOf(cell)} ${place?.row === index && place.column === column ? 'is-active' : ''}`}
                onClick={() => setPlace({ row: index, column })}
                onDblClick={() => setShown({ row: index, column })}
              >
                {cellText(cell)}
              </span>
            ))}
          </div>
        ))}
      </div>
      {shown && (
        <Dialog title={columns[shown.column] ?? ''} isWide onClose={() => setShown(undefined)}>
          <div class="raw-rows">
            <JsonView value={value instanceof Uint8Array ? toHex(value) : String(value)} />
          </div>
          <footer class="dialog-foot">
            <CopyButton text={value instanceof Uint8Array ? toHex(value) : String(value)} />
          </footer>
        </Dialog>
      )}
    </div>
  )
}

const STEPS: Readonly<Record<string, readonly [row: number, column: number]>> = {
  ArrowDown: [1, 0],
  ArrowUp: [-1, 0],
  ArrowRight: [0, 1],
  ArrowLeft: [0, -1],
  PageDown: [20, 0],
  PageUp: [-20, 0],
}

function clamp(value: number, length: number): number {
  return Math.min(Math.max(value, 0), length - 1)
}

function idOf({ row, column }: Place): string {
  return `cell-${row}-${column}`
}

/** Wide enough for most of what the first rows hold. */
function widthsOf({ columns, rows }: Table): number[] {
  const sample = rows.slice(0, 60)
  return columns.map((name, column) => {
    const lengths = [name.length + 1, ...sample.map((row) => cellText(row[column] ?? null).length)]
    return Math.min(Math.max(...lengths) * 7.6 + 26, 380)
  })
}

function typeOf(value: SqlValue): string {
  if (value === null) return 'is-null'
  return typeof value === 'number' || typeof value === 'bigint' ? 'is-number' : ''
}

function cellText(value: SqlValue): string {
  if (value === null) return 'NULL'
  if (value instanceof Uint8Array) return `blob, ${bytes(value.length)}`
  return typeof value === 'string' ? value.slice(0, CELL_TEXT).replace(/\s+/g, ' ') : String(value)
}
