import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { temporaryFolder } from '@persql/test-support/temporary-folder'
import { beforeEach, expect, test } from 'vitest'
import { importError } from '../src/driver/index.ts'

let folder: string

beforeEach(async () => {
  folder = temporaryFolder()
  await writeFile(join(folder, 'program.mjs'), "await import('engine')")
})

async function failureOf(source?: string): Promise<unknown> {
  const engine = join(folder, 'node_modules/engine')
  if (source !== undefined) {
    await mkdir(engine, { recursive: true })
    await writeFile(join(engine, 'package.json'), '{ "exports": "./index.mjs" }')
    await writeFile(join(engine, 'index.mjs'), source)
  }
  return import(/* @vite-ignore */ pathToFileURL(join(folder, 'program.mjs')).href).catch((error) => error)
}

test('names the package to install when it is missing', async () => {
  const cause = await failureOf()
  expect(importError('engine', cause)).toMatchObject({
    code: 'DRIVER_NOT_INSTALLED',
    message: 'engine is missing: npm install engine',
    cause,
  })
})

test.each([
  ['throws', "throw new Error('No engine for this system')", 'No engine for this system'],
  ['misses another one', "import 'part'", "Cannot find package 'part'"],
])('says why a package cannot be loaded that is there and %s', async (_, source, reason) => {
  const cause = await failureOf(source)
  expect(importError('engine', cause)).toMatchObject({
    code: 'CANNOT_OPEN',
    message: expect.stringContaining(`engine could not be loaded: ${reason}`),
    cause,
  })
})
