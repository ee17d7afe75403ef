import { join } from 'node:path'
import { copyDatabase } from '../database-files.ts'
import { TURN } from '../items.ts'
import { type JsonLinesProcess, jsonLinesProcess } from '../json-lines-process.ts'
import { openStore } from './raw.ts'
import { NAMESPACE, startPersqlServer, TOKEN } from './remote-persql.ts'
import { sharedStoreFile } from './store.ts'
import type { Job, SkippedSystem, System } from './system.ts'

export const PYTHON = 'Python SQLiteSession'
export const PYTHON_PERSQL = 'Python PerSQLSession'
export const PYTHON_REMOTE = 'Python PerSQLSession over HTTP'
export const PYTHON_BARE = 'bare httpx'

const SCRIPT = join(import.meta.dirname, '../python/session_bench.py')
const DURABILITY = 'power cut (FULL)'

type Kind = 'SQLiteSession' | 'PerSQLSession' | 'remote' | 'bare'

/** The SDK's own session and ours, in files. */
export async function pythonSystems(): Promise<readonly (System | SkippedSystem)[]> {
  return [await fileSystem(PYTHON, 'SQLiteSession'), await fileSystem(PYTHON_PERSQL, 'PerSQLSession')]
}

/** Ours on a server, and the same requests by nothing but httpx. */
export async function remotePythonSystems(): Promise<readonly (System | SkippedSystem)[]> {
  return [await remoteSystem(PYTHON_REMOTE, 'remote'), await remoteSystem(PYTHON_BARE, 'bare')]
}

function fileSystem(name: string, kind: Kind): Promise<System | SkippedSystem> {
  return pythonSystem(name, kind, (child, command) => ({
    shared: { ...sharedStoreFile('raw', openStore), writer: command },

    async open(seed) {
      const file = seed.readOnly ? seed.file : copyDatabase(seed.file, `${seed.folder}/${kind}.db`)
      if (!seed.readOnly) await ask(child, { prepare: file })
      return contestant(child, { file }, () => {})
    },
  }))
}

function remoteSystem(name: string, kind: Kind): Promise<System | SkippedSystem> {
  return pythonSystem(name, kind, (child) => ({
    async open({ sessions, folder }) {
      const server = await startPersqlServer(`${folder}/python-${kind}`)
      const place = { url: server.url, token: TOKEN, database: `${NAMESPACE}/turns` }
      await ask(child, { sessions, items: TURN, ...place })
      return contestant(child, place, () => server.close())
    },
  }))
}

/** Works in one Python process that stays, and takes its times itself. */
async function pythonSystem(
  name: string,
  kind: Kind,
  parts: (
    child: JsonLinesProcess,
    command: readonly [string, ...string[]],
  ) => Pick<System, 'open' | 'shared'>,
): Promise<System | SkippedSystem> {
  const python = process.env['PERSQL_TEST_PYTHON']
  if (!python) {
    return { name, skipped: 'PERSQL_TEST_PYTHON does not name a Python that has the packages in python/' }
  }
  const command = [python, SCRIPT, kind] as const
  const child = jsonLinesProcess(command)
  try {
    const versions = (await ask(child, {})) as Record<string, string>
    return { name, durability: DURABILITY, versions, ...parts(child, command), close: () => child.close() }
  } catch (error) {
    return { name, skipped: `does not run here: ${error}` }
  }
}

function contestant(child: JsonLinesProcess, place: object, close: () => void | Promise<void>) {
  return {
    async run(job: Job) {
      return ((await ask(child, { ...job, ...place, items: TURN })) as { times: number[] }).times
    },
    close,
  }
}

function ask(child: JsonLinesProcess, message: object): Promise<unknown> {
  child.send(message)
  return child.receive()
}
