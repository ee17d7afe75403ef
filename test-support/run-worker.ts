import { build } from 'esbuild'
import { Miniflare, type MiniflareOptions } from 'miniflare'

/**
 * Bundles a worker, given by its path, as Cloudflare's own tool does, and runs it in workerd. `alias` names what stands
 * for packages.
 */
export async function runWorker(
  entry: string,
  options: Partial<MiniflareOptions>,
  alias: Record<string, string> = {},
): Promise<Miniflare> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
    alias: { child_process: 'node:child_process', fs: 'node:fs', path: 'node:path', ...alias },
    external: ['node:*', 'cloudflare:*'],
    target: 'esnext',
  })
  return new Miniflare({
    modules: [{ type: 'ESModule', path: 'worker.mjs', contents: outputFiles[0]!.text }],
    compatibilityDate: '2026-01-01',
    compatibilityFlags: ['nodejs_compat'],
    ...options,
  } as MiniflareOptions)
}
