import { join } from 'node:path'
import { freePort } from '@persql/test-support/free-port'
import { serverFolder } from './server-folder.ts'

export interface ReplicatedServers {
  readonly primary: { readonly url: string; kill(): Promise<void> }
  readonly standby: { readonly url: string; promote(): Promise<void> }
  stop(): Promise<void>
}

/** A primary whose commits wait for a standby, both in a folder of their own. */
export async function replicatedServers(programs: string): Promise<ReplicatedServers> {
  const servers = await serverFolder(programs)
  const standby = join(servers.folder, 'standby')
  const [first, second] = [await freePort(), await freePort()]
  const urlOf = (port: number) => `postgres://postgres@127.0.0.1:${port}/postgres`
  await servers.init('primary')
  // On the command line, so that the copy does not have it.
  await servers.start('primary', first, ['-c synchronous_standby_names=*', '-c max_wal_senders=4'])
  await servers.run('pg_basebackup', '-d', urlOf(first), '-D', standby, '-R', '-X', 'stream')
  await servers.start('standby', second, [])

  return {
    primary: { url: urlOf(first), kill: () => servers.kill('primary') },
    standby: {
      url: urlOf(second),
      async promote() {
        await servers.run('pg_ctl', '-D', standby, '-w', 'promote')
      },
    },
    stop: () => servers.remove(),
  }
}
