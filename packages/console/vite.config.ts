import { defineConfig } from 'vite'

export default defineConfig({
  root: 'src/app',
  // It is served under whatever path its page is.
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../../dist/app',
    emptyOutDir: true,
    target: 'es2023',
    // The content security policy has no data: for scripts, styles and fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    license: { fileName: 'licenses.md' },
    cssTarget: ['chrome125', 'firefox126', 'safari17.5'],
    chunkSizeWarningLimit: 600,
  },
})
