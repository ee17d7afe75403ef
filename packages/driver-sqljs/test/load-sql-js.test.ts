import { spawnSync } from 'node:child_process'
import { registerHooks } from 'node:module'
import { expect, test, vi } from 'vitest'
import { sqlJsDriver } from '../src/index.ts'

const SELECT = [{ sql: 'select 1' }]
// Vitest has found the file of the package already.
const SQL_JS = /(^|\/)sql\.js($|\/)/

/** Runs some work while imports of sql.js fail with an error. */
async function whileFailing(error: Error, work: () => Promise<void>) {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (SQL_JS.test(specifier)) throw error
      return next(specifier, context)
    },
  })
  try {
    await work()
  } finally {
    hooks.deregister()
    vi.resetModules()
  }
}

test('tells why sql.js cannot be loaded that is there', async () => {
  const failure = new Error('No memory for WebAssembly')
  await whileFailing(failure, () =>
    expect(sqlJsDriver().batch(SELECT)).rejects.toMatchObject({
      code: 'CANNOT_OPEN',
      message: 'sql.js could not be loaded: No memory for WebAssembly',
      cause: failure,
    }),
  )
})

test('names the package to install where sql.js is missing, and finds it once it is there', async () => {
  const missing = Object.assign(new Error("Cannot find package 'sql.js'"), { code: 'ERR_MODULE_NOT_FOUND' })
  // sql.js writes into the configuration it is given, which is not the one of the caller.
  const driver = sqlJsDriver({ sqlJs: Object.freeze({}) })
  await whileFailing(missing, () =>
    expect(driver.batch(SELECT)).rejects.toMatchObject({
      code: 'DRIVER_NOT_INSTALLED',
      message: expect.stringContaining('npm install sql.js'),
    }),
  )
  await driver.batch(SELECT)
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
