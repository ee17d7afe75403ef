import process from 'node:process'
import { build, preview } from 'vite'

// Makes a production build of the page and serves it, with the API of the server under the same origin.

const root = new URL('page/', import.meta.url).pathname
await build({ root, logLevel: 'warn', build: { chunkSizeWarningLimit: 2000 } })
const server = await preview({
  root,
  preview: { host: '127.0.0.1', port: 0, proxy: { '/v1': process.env.PERSQL_API_URL } },
})
console.log(server.resolvedUrls.local[0])
