const KEY = 'persql-console-draft'

/** What was typed last about a database in this tab. */
export function readDraft(slug: string): string | undefined {
  return sessionStorage.getItem(`${KEY} ${slug}`) ?? undefined
}

/** A text that is too large for the browser to keep is not kept. */
export function writeDraft(slug: string, text: string): void {
  try {
    sessionStorage.setItem(`${KEY} ${slug}`, text)
  } catch {
    sessionStorage.removeItem(`${KEY} ${slug}`)
  }
}
