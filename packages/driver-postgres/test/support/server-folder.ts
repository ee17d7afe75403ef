import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The folder with the programs of a PostgreSQL server. */
export const SERVER_PROGRAMS = process.env['PERSQL_TEST_POSTGRES_BIN']

/** Servers of our own, whose data is in one folder. */
export interface ServerFolder {
  readonly folder: string
  /** Runs a program of PostgreSQL, or another one, as who may start a server. */
  run(program: string, ...args: string[]): Promise<unknown>
  /** Makes the data of a server. */
  init(data: string): Promise<void>
  start(data: string, port: number, settings: readonly string[]): Promise<void>
  kill(data: string): Promise<void>
  /** Stops what runs, and deletes the folder. */
  remove(): Promise<void>
}

export async function serverFolder(programs: string): Promise<ServerFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'persql-servers-'))
  // The server refuses to run as root.
  const isRoot = process.getuid?.() === 0
  if (isRoot) {
    await run('chown', ['postgres', folder])
    await chmod(folder, 0o755)
  }
  const started: string[] = []

  const asServer = (program: string, ...args: string[]) =>
    isRoot
      ? run('setpriv', ['--reuid=postgres', '--clear-groups', '--regid=postgres', program, ...args], {
          cwd: folder,
        })
      : run(program, args, { cwd: folder })
  const program = (name: string, ...args: string[]) => asServer(join(programs, name), ...args)

  return {
    folder,
    run: (name, ...args) => (name.startsWith('pg_') ? program(name, ...args) : asServer(name, ...args)),
    async init(data) {
      const cluster = join(folder, data)
      await program('initdb', '-D', cluster, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync')
    },
    async start(data, port, settings) {
      const options = [`-p ${port}`, `-k ${folder}`, '-c listen_addresses=127.0.0.1', ...settings].join(' ')
      const log = join(folder, `${data}.log`)
      await program('pg_ctl', '-D', join(folder, data), '-l', log, '-o', options, '-w', 'start')
      started.push(data)
    },
    async kill(data) {
      const pid = Number((await readFile(join(folder, data, 'postmaster.pid'), 'utf8')).split('\n')[0])
      process.kill(pid, 'SIGKILL')
      started.splice(started.indexOf(data), 1)
    },
    async remove() {
      for (const data of started) {
        await program('pg_ctl', '-D', join(folder, data), '-m', 'immediate', '-w', 'stop')
      }
      await rm(folder, { recursive: true, force: true })
    },
  }
}
