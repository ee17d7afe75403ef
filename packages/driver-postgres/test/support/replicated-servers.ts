import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '@persql/test-support/free-port'

const run = promisify(execFile)

/** The folder with the programs of a PostgreSQL server. */
export const SERVER_PROGRAMS = process.env['PERSQL_TEST_POSTGRES_BIN']

export interface ReplicatedServers {
  readonly primary: { readonly url: string; kill(): Promise<void> }
  readonly standby: { readonly url: string; promote(): Promise<void> }
  stop(): Promise<void>
}

/** A primary whose commits wait for a standby, both in a folder of their own. */
export async function replicatedServers(programs: string): Promise<ReplicatedServers> {
  const folder = await mkdtemp(join(tmpdir(), 'persql-replicated-'))
  // The server refuses to run as root.
  const isRoot = process.getuid?.() === 0
  if (isRoot) {
    await run('chown', ['postgres', folder])
    await chmod(folder, 0o755)
  }
  const [first, second] = [await freePort(), await freePort()]
  const started: string[] = []

  const program = (name: string, ...args: string[]) =>
    isRoot
      ? run(
          'setpriv',
          ['--reuid=postgres', '--clear-groups', '--regid=postgres', join(programs, name), ...args],
          {
            cwd: folder,
          },
        )
      : run(join(programs, name), args, { cwd: folder })

  async function start(data: string, port: number, settings: readonly string[]) {
    const options = [`-p ${port}`, `-k ${folder}`, '-c listen_addresses=127.0.0.1', ...settings].join(' ')
    await program(
      'pg_ctl',
      '-D',
      join(folder, data),
      '-l',
      join(folder, `${data}.log`),
      '-o',
      options,
      '-w',
      'start',
    )
    started.push(data)
  }

  await program(
    'initdb',
    '-D',
    join(folder, 'primary'),
    '-U',
    'postgres',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--no-sync',
  )
  const urlOf = (port: number) => `postgres://postgres@127.0.0.1:${port}/postgres`
  // On the command line, so that the copy does not have it.
  await start('primary', first, ['-c synchronous_standby_names=*', '-c max_wal_senders=4'])
  await program('pg_basebackup', '-d', urlOf(first), '-D', join(folder, 'standby'), '-R', '-X', 'stream')
  await start('standby', second, [])

  const pidOf = async (data: string) =>
    Number((await readFile(join(folder, data, 'postmaster.pid'), 'utf8')).split('\n')[0])

  return {
    primary: {
      url: urlOf(first),
      async kill() {
        process.kill(await pidOf('primary'), 'SIGKILL')
        started.splice(started.indexOf('primary'), 1)
      },
    },
    standby: {
      url: urlOf(second),
      async promote() {
        await program('pg_ctl', '-D', join(folder, 'standby'), '-w', 'promote')
      },
    },
    async stop() {
      for (const data of started)
        await program('pg_ctl', '-D', join(folder, data), '-m', 'immediate', '-w', 'stop')
      await rm(folder, { recursive: true, force: true })
    },
  }
}
