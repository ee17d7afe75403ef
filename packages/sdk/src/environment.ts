interface Environment {
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> }
}

/** A variable of the environment, where there is one and it may be read. */
export function environmentVariable(name: string): string | undefined {
  try {
    return (globalThis as Environment).process?.env?.[name] || undefined
  } catch {
    // Deno asks for permission.
    return undefined
  }
}
