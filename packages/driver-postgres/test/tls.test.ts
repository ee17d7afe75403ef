import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SessionStore, type SqlDriver } from '@persql/session-core'
import { freePort } from '@persql/test-support/free-port'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type PostgresDriverOptions, postgresDriver } from '../src/index.ts'
import { SERVER_PROGRAMS, type ServerFolder, serverFolder } from './support/server-folder.ts'

// A server of its own, by the programs that PERSQL_TEST_POSTGRES_BIN names, and a certificate, by openssl.
describe.skipIf(!SERVER_PROGRAMS)(
  'a server that takes nothing but TLS, with a certificate of its own',
  () => {
    const drivers: SqlDriver[] = []
    let servers: ServerFolder
    let port: number
    let ca: string

    beforeAll(async () => {
      servers = await serverFolder(SERVER_PROGRAMS!)
      port = await freePort()
      const [key, certificate] = [join(servers.folder, 'server.key'), join(servers.folder, 'server.crt')]
      const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
      const files = ['-keyout', key, '-out', certificate]
      await servers.run(
        'openssl',
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '2',
        ...subject,
        ...files,
      )
      ca = await readFile(certificate, 'utf8')
      await servers.init('data')
      await writeFile(join(servers.folder, 'data', 'pg_hba.conf'), 'hostssl all all 127.0.0.1/32 trust\n')
      const tls = ['-c ssl=on', `-c ssl_cert_file=${certificate}`, `-c ssl_key_file=${key}`]
      await servers.start('data', port, tls)
    }, 60_000)

    afterEach(async () => {
      for (const driver of drivers.splice(0)) await driver.close()
    })
    afterAll(() => servers?.remove())

    function open(host: string, options: Omit<PostgresDriverOptions, 'url'> = {}, query = ''): SqlDriver {
      const driver = postgresDriver({
        url: `postgres://postgres@${host}:${port}/postgres${query}`,
        ...options,
      })
      drivers.push(driver)
      return driver
    }

    test('carries sessions over a connection whose certificate is known', async () => {
      const driver = open('localhost', { connection: { ssl: { ca } } })
      const store = new SessionStore<object>(driver)
      const items = [{ text: 'x'.repeat(1_000_000) }, { text: 'é' }]
      await store.append('s', items)
      expect(await store.read('s')).toEqual(items)
      const used = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()'
      expect(await driver.batch([{ sql: used }], { readOnly: true })).toMatchObject([{ rows: [[1]] }])
    })

    test.each([
      ['that nobody vouches for', () => open('localhost', {}, '?sslmode=verify-full')],
      ['of another name', () => open('127.0.0.1', { connection: { ssl: { ca } } })],
    ])('refuses a certificate %s with CANNOT_OPEN', async (_, connect) => {
      await expect(connect().batch([{ sql: 'select 1' }])).rejects.toMatchObject({
        code: 'CANNOT_OPEN',
        message: expect.stringMatching(/certificate/i),
      })
    })

    test('says with CANNOT_OPEN that the server refuses a connection without TLS', async () => {
      await expect(open('localhost').batch([{ sql: 'select 1' }])).rejects.toMatchObject({
        code: 'CANNOT_OPEN',
        message: expect.stringMatching(/no encryption/),
      })
    })
  },
)
