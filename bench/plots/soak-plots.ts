import type { SoakResults } from '../soak/run-soak.ts'
import { linePanels } from './line-panels.ts'

const TITLES: Readonly<Record<string, string>> = {
  local: 'Soak of a local file, two processes',
  server: 'Soak of the server',
}

/** The pictures of a soak, by file name. */
export function soakPlots({ minutes, soaks }: SoakResults): Readonly<Record<string, string>> {
  const plots = Object.entries(soaks).map(([name, { windows, operations, faults }]) => {
    const names = Object.keys(windows[0]?.memoryMiB ?? {})
    const total = Object.values(operations).reduce((sum, times) => sum + times, 0)
    const picture = linePanels({
      title: TITLES[name] ?? name,
      about: `${total.toLocaleString('en')} operations on stored data that keeps its size; ${faults.length || 'nothing'} lost, changed or failed.`,
      end: `${minutes} minutes`,
      panels: [
        {
          heading: 'Memory, MiB',
          lines: names.map((process) => ({
            name: process,
            values: windows.map(({ memoryMiB }) => memoryMiB[process]!),
          })),
        },
        { heading: 'Open files', lines: [{ name: '', values: windows.map(({ handles }) => handles) }] },
        {
          heading: 'Files, MiB',
          lines: [
            { name: 'databases', values: windows.map(({ dataMiB }) => dataMiB) },
            { name: 'largest WAL', values: windows.map(({ walMiB }) => walMiB) },
          ],
        },
        {
          heading: 'A turn, ms',
          lines: [
            { name: 'p50', values: windows.map(({ p50 }) => p50) },
            { name: 'p99', values: windows.map(({ p99 }) => p99) },
          ],
        },
      ],
    })
    return [`bench-soak-${name}.svg`, picture]
  })
  return Object.fromEntries(plots)
}
