// As much of the module of workerd as the pages use. The types of Cloudflare are global, and contradict those of the DOM.
declare module 'cloudflare:workers' {
  import type { D1, DurableObjectStorage } from '@persql/driver-cloudflare'

  export class DurableObject {
    protected readonly ctx: { readonly storage: DurableObjectStorage }
  }

  interface ReplicatedSession extends D1 {
    getBookmark(): string | null
  }

  interface Database extends D1 {
    withSession(bookmark?: string): ReplicatedSession
  }

  export const env: { readonly DB: Database }
}
