// The part that the example needs. A project of its own gets all of it from `wrangler types`.
declare module 'cloudflare:workers' {
  import type { DurableObjectStorage } from '@persql/driver-cloudflare'

  export class DurableObject {
    protected readonly ctx: { readonly storage: DurableObjectStorage }
    fetch?(request: Request): Promise<Response>
  }
}

interface DurableObjectNamespace<Stub> {
  idFromName(name: string): { readonly name?: string }
  get(id: { readonly name?: string }): Stub
}
