import { quoteName } from '@persql/sdk/sqlite'

/** The name of a table as SQL has it; it may say its schema. */
export function quoteTable(name: string): string {
  return name.split('.').map(quoteName).join('.')
}
