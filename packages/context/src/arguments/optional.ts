/** Nothing, or what the check makes of it. */
export function optional<Value, Checked>(
  value: Value | null | undefined,
  check: (value: Value) => Checked,
): Checked | null {
  return value === undefined || value === null ? null : check(value)
}
