import { defineConfig } from 'vite'

// The Agents SDK is most of the page; it is loaded in one piece.
export default defineConfig({ build: { chunkSizeWarningLimit: 2000 } })
