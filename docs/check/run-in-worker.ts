import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runWorker } from '@persql/test-support/run-worker'
import type { CodeModule } from './code-blocks.ts'

const OBJECT = /export class (\w+) extends DurableObject\b/g

/**
 * Runs modules that import `cloudflare:workers` in workerd, with a database `DB`: each is imported while a request is
 * answered, and each of its Durable Objects is made and sent a request. `model` is imported first, where one is given.
 * Rejects with what was thrown.
 */
export async function runInWorker(
  cwd: string,
  modules: readonly CodeModule[],
  model?: string,
): Promise<void> {
  const objects = modules.flatMap(({ line, code }) =>
    [...code.matchAll(OBJECT)].map(([, name = '']) => ({ name, line, binding: `${name}${line}` })),
  )
  const lines = [
    ...(model === undefined ? [] : [`import ${JSON.stringify(model)}`]),
    "import { env } from 'cloudflare:workers'",
    ...objects.map(({ name, line, binding }) => `import { ${name} as ${binding}_ } from './${line}.ts'`),
    // An object that answers no requests of its own is made all the same.
    ...objects.map(
      ({ binding }) => `export class ${binding} extends ${binding}_ {
        fetch(request) { return super.fetch?.(request) ?? new Response() }
      }`,
    ),
    'async function answer() {',
    ...modules.map(({ line }) => `  await import('./${line}.ts')`),
    ...objects.map(
      ({ binding }) => `  {
        const stub = env.${binding}.get(env.${binding}.newUniqueId())
        const answer = await stub.fetch('http://worker/', { method: 'POST', body: 'hi' })
        if (!answer.ok) throw new Error(await answer.text())
      }`,
    ),
    '}',
    `export default {
      fetch: () => answer().then(() => new Response(), (error) => new Response(error.stack, { status: 500 }))
    }`,
  ]
  const entry = join(cwd, 'worker.mjs')
  writeFileSync(entry, lines.join('\n'))
  const worker = await runWorker(entry, {
    d1Databases: ['DB'],
    durableObjects: Object.fromEntries(
      objects.map(({ binding }) => [binding, { className: binding, useSQLite: true }]),
    ),
  })
  try {
    const answer = await worker.dispatchFetch('http://worker/')
    if (!answer.ok) throw new Error(await answer.text())
  } finally {
    await worker.dispose()
  }
}
