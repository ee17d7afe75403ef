import type { MemoryDialect } from './memory-dialect.ts'

/** Compiles statements once for each dialect. */
export function perDialect<Statements>(compile: (dialect: MemoryDialect) => Statements): typeof compile {
  const compiled = new Map<string, Statements>()
  return (dialect) => {
    const known = compiled.get(dialect.name) ?? compile(dialect)
    compiled.set(dialect.name, known)
    return known
  }
}
