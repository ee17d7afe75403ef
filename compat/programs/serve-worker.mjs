import process from 'node:process'
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'

// Bundles the worker as Cloudflare's own tool does, runs it in workerd, and prints its answer.

await build({
  entryPoints: ['worker.mjs'],
  outfile: 'worker.bundle.mjs',
  bundle: true,
  format: 'esm',
  conditions: ['workerd', 'worker', 'browser'],
  alias: { child_process: 'node:child_process', fs: 'node:fs', path: 'node:path' },
  external: ['node:*', 'cloudflare:*'],
})
const { PERSQL_API_URL, PERSQL_TOKEN } = process.env
const miniflare = new Miniflare({
  modules: [{ type: 'ESModule', path: 'worker.bundle.mjs' }],
  compatibilityDate: '2026-01-01',
  compatibilityFlags: ['nodejs_compat'],
  bindings: { PERSQL_API_URL, PERSQL_TOKEN },
})
console.log(await (await miniflare.dispatchFetch('http://worker/in-workerd')).text())
await miniflare.dispose()
