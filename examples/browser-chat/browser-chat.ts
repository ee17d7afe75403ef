import { build, preview } from 'vite'

// Builds the page and serves it on this machine: browser-chat [port]
const [, , port = '4173'] = process.argv
const root = import.meta.dirname

await build({ root, logLevel: 'warn' })
const server = await preview({ root, preview: { host: '127.0.0.1', port: Number(port) } })
console.log(`Chat in the browser: ${server.resolvedUrls?.local[0]}`)
