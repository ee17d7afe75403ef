// The part that the worker needs. Cloudflare's own types replace those of Node.js for a whole program.
declare module 'cloudflare:workers' {
  import type { DurableObjectStorage } from '@cloudflare/workers-types'

  export class DurableObject {
    protected readonly ctx: { readonly storage: DurableObjectStorage }
  }
}

interface DurableObjectNamespace<Stub> {
  idFromName(name: string): { readonly name?: string }
  get(id: { readonly name?: string }): Stub
}
