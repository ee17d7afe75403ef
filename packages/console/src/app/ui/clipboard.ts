import { say, sayProblem } from './toasts.tsx'

/** Copies a text, and says so. `what` begins a sentence, as in `Text`. */
export async function copyText(text: string | Promise<string>, what: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(await text)
    say(`${what} copied`)
    return true
  } catch (error) {
    // Browsers have a clipboard for pages of this machine and of HTTPS only.
    const isMissing = !('clipboard' in navigator)
    sayProblem(isMissing ? 'Only a page of HTTPS or of this machine may copy.' : error)
    return false
  }
}
