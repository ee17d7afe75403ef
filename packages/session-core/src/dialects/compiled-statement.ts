import type { Compilable } from 'kysely'
import type { SqlStatement, SqlValue } from '../driver/sql-driver.ts'
import type { ResolvedTableNames } from '../sessions/session-tables.ts'
import type { SessionDialect } from './session-dialect.ts'

/** Compiles statements once for each dialect and pair of names. A program has few of them, so none is ever dropped. */
export function compileOnce<Statements>(
  compile: (dialect: SessionDialect, names: ResolvedTableNames) => Statements,
): typeof compile {
  const compiled = new Map<string, Statements>()
  return (dialect, names) => {
    const key = `${dialect.name} ${names.sessions} ${names.messages}`
    const known = compiled.get(key) ?? compile(dialect, names)
    compiled.set(key, known)
    return known
  }
}

class Placeholder {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** Stands for a value, known when the statement is bound, in a query that is compiled once. */
export function param<Value>(name: string): Value {
  return new Placeholder(name) as Value
}

/** Compiles a query and returns a function that fills in its {@link param}s. */
export function compileStatement<Params extends Record<string, SqlValue>>(
  query: Compilable,
): (params: Params) => SqlStatement {
  const { sql, parameters } = query.compile()
  const names = parameters.map((value) => (value instanceof Placeholder ? value.name : undefined))
  return (params) => {
    const values: SqlValue[] = []
    for (let index = 0; index < names.length; index++) {
      const name = names[index]
      values.push(name === undefined ? (parameters[index] as SqlValue) : (params[name] as SqlValue))
    }
    return { sql, params: values }
  }
}
