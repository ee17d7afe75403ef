import { join } from 'node:path'
import { copyDatabase } from '../database-files.ts'
import { TURN } from '../items.ts'
import { jsonLinesProcess } from '../json-lines-process.ts'
import { openStore } from './raw.ts'
import { sharedStoreFile } from './store.ts'
import type { SkippedSystem, System } from './system.ts'

export const PYTHON = 'Python SQLiteSession'

const SCRIPT = join(import.meta.dirname, '../python/session_bench.py')

/** Works in one Python process that stays, and takes its times itself. */
export async function pythonSystem(
  python = process.env['PERSQL_TEST_PYTHON'],
): Promise<System | SkippedSystem> {
  if (!python) {
    return {
      name: PYTHON,
      skipped: 'PERSQL_TEST_PYTHON does not name a Python that has the package openai-agents',
    }
  }
  const child = jsonLinesProcess([python, SCRIPT])
  let versions: Record<string, string>
  try {
    child.send({})
    versions = (await child.receive()) as Record<string, string>
  } catch (error) {
    return { name: PYTHON, skipped: `does not run here: ${error}` }
  }
  return {
    name: PYTHON,
    durability: 'power cut (FULL)',
    versions,
    shared: {
      ...sharedStoreFile('raw', openStore),
      writer: [python, SCRIPT],
    },

    async open(seed) {
      const file = seed.readOnly ? seed.file : copyDatabase(seed.file, `${seed.folder}/python.db`)
      return {
        async run(job) {
          child.send({ ...job, file, items: TURN })
          return ((await child.receive()) as { times: number[] }).times
        },
        close() {},
      }
    },

    async close() {
      await child.close()
    },
  }
}
