import { type Fields, fieldsOf } from '../fields.ts'

/** The fields that are there. */
export function sayable(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

/** What other words than those named there are; nothing instead of no fields. */
export function fromRest(fields: Fields): Fields | undefined {
  return Object.keys(fields).length === 0 ? undefined : fields
}

/** Fields that only providers other than the Responses API give. */
const FOREIGN = ['model', 'role', 'tool_calls', 'function']

/**
 * The fields that an item's `providerData` adds to the words of the Responses API, named as the SDK names them when it
 * sends them. None where another provider gave the data: of what those fields mean the Responses API knows nothing.
 */
export function toRest(providerData: unknown, type: unknown, ...without: readonly string[]): Fields {
  const given = fieldsOf(providerData)
  if (given['type'] !== undefined && given['type'] !== type) return {}
  if (FOREIGN.some((field) => given[field] !== undefined)) return {}
  const named = Object.entries(given).map(([key, value]) => [toSnakeCase(key), key, value] as const)
  return Object.fromEntries(
    named.flatMap(([name, key, value]) => {
      const isTaken = name !== key && Object.hasOwn(given, name)
      return name === 'type' || without.includes(name) || isTaken ? [] : [[name, value]]
    }),
  )
}

function toSnakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
