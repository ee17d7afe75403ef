import { spawnSync } from 'node:child_process'
import { afterEach, expect, test, vi } from 'vitest'
import { sqlJsDriver } from '../src/index.ts'

afterEach(() => {
  vi.doUnmock('sql.js')
})

test('names the package to install where sql.js is missing, and finds it once it is there', async () => {
  vi.doMock('sql.js', () => {
    throw new Error("Cannot find package 'sql.js'")
  })
  // sql.js writes into the configuration it is given, which is not the one of the caller.
  const driver = sqlJsDriver({ sqlJs: Object.freeze({}) })
  await expect(driver.batch([{ sql: 'select 1' }])).rejects.toMatchObject({
    code: 'DRIVER_NOT_INSTALLED',
    message: expect.stringContaining('npm install sql.js'),
  })
  vi.doUnmock('sql.js')
  await driver.batch([{ sql: 'select 1' }])
})

test('says how to find the .wasm file where sql.js cannot start', () => {
  const program = `
    import { sqlJsDriver } from '${new URL('../src/index.ts', import.meta.url)}'
    const driver = sqlJsDriver({ sqlJs: { wasmBinary: new ArrayBuffer(8) } })
    await driver.batch([{ sql: 'select 1' }]).catch(({ code, message }) => console.log(code, message))`
  // sql.js leaves a rejection of its own behind, which would end the process.
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--unhandled-rejections=none', '--input-type=module', '--eval', program],
    { encoding: 'utf8' },
  )
  expect(stdout, stderr).toMatch(/^CANNOT_OPEN .*locateFile/)
})
