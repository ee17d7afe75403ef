import { expect, test } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { persql } from './support/persql.ts'

const [, major, minor] = /^>=(\d+)\.(\d+)$/.exec(manifest.engines.node)!.map(Number)

/** That the real ones are refused is tested with the installs of a release; here, that the manifest says the same. */
const pretend = (node: string) => {
  const script = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${node}' } })`
  return { node: ['--import', `data:text/javascript,${encodeURIComponent(script)}`] }
}

test('runs on the oldest Node.js that the manifest allows', async () => {
  const { stdout, status } = await persql(['--version'], pretend(`${major}.${minor}.0`))
  expect([stdout, status]).toEqual([`${manifest.version}\n`, 0])
})

test.each([`${major}.${minor! - 1}.9`, `${major! - 1}.99.0`, '9.0.0'])(
  'refuses Node.js %s with a sentence',
  async (node) => {
    const run = await persql(['--version'], pretend(node))
    expect(run).toEqual({
      status: 1,
      stdout: '',
      stderr: `persql: This is Node.js ${node}; persql needs ${major}.${minor} or later.\n`,
    })
  },
)
