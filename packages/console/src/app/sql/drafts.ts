const KEY = 'persql-console-draft '

/** What was typed last in this tab, also before a reload. */
export function readDraft(slug: string): string | undefined {
  return sessionStorage.getItem(KEY + slug) ?? undefined
}

export function writeDraft(slug: string, text: string): void {
  sessionStorage.setItem(KEY + slug, text)
}

/** For whoever uses this tab next. */
export function forgetDrafts(): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(KEY)) sessionStorage.removeItem(key)
}
