import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { build } from 'esbuild'
import { type PublicPackage, ROOT } from './public-packages.ts'

export interface BundleSize {
  readonly minified: number
  /** The minified bytes, by brotli. */
  readonly compressed: number
  /** The names that the entry point exports as values. */
  readonly exported: readonly string[]
}

export interface BundleOptions {
  /** One export alone. Default: all of the entry point. */
  readonly only?: string
  readonly withDependencies: boolean
}

/** The size of an entry point of a package, as a bundler makes it. Peers and what the platform has are left out. */
export async function bundleSize(
  { folder, manifest }: PublicPackage,
  file: string,
  { only, withDependencies }: BundleOptions,
): Promise<BundleSize> {
  const path = join(folder, file)
  const input = only
    ? { stdin: { contents: `export { ${only} } from ${JSON.stringify(path)}`, resolveDir: ROOT } }
    : { entryPoints: [path] }
  const peers = Object.keys(manifest.peerDependencies ?? {})
  const { outputFiles, metafile } = await build({
    ...input,
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    logLevel: 'error',
    format: 'esm',
    target: 'es2023',
    platform: 'node',
    conditions: ['import', 'default'],
    loader: { '.node': 'empty' },
    external: peers.flatMap((name) => [name, `${name}/*`]),
    ...(withDependencies ? {} : { packages: 'external' as const }),
  })
  const exported = Object.values(metafile.outputs).flatMap((output) => output.exports)
  return { ...sizeOf(outputFiles.map(({ contents }) => contents)), exported }
}

/** The size of all scripts and styles in a folder of a package, which are minified already. */
export function folderSize({ folder }: PublicPackage, path: string): Omit<BundleSize, 'exported'> {
  const names = readdirSync(join(folder, path), { recursive: true, encoding: 'utf8' })
  const served = names.filter((name) => /\.(js|css|html|svg)$/.test(name))
  return sizeOf(served.map((name) => readFileSync(join(folder, path, name))))
}

function sizeOf(files: readonly Uint8Array[]) {
  const sum = (sizes: number[]) => sizes.reduce((total, size) => total + size, 0)
  return {
    minified: sum(files.map((file) => file.length)),
    compressed: sum(files.map((file) => brotliCompressSync(file).length)),
  }
}
