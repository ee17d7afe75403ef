/** Code of pages that is compiled and not run, by a text that only it has, with the reason. */
export const NOT_RUN: readonly { readonly page: string; readonly code: string; readonly because: string }[] =
  [
    {
      page: 'docs/drivers/writing-a-driver.md',
      code: 'describeSqlDriver',
      because:
        'The conformance kit is run by vitest: writing-a-driver.test.ts does it with the driver of the page.',
    },
    {
      page: 'docs/compaction.md',
      code: 'OpenAIResponsesCompactionSession',
      because: 'The decorator of the SDK wants a key of OpenAI.',
    },
    {
      page: 'packages/driver-sqljs/README.md',
      code: 'indexedDbStorage',
      because: 'IndexedDB is in browsers, where examples/browser-chat is tested.',
    },
  ]
