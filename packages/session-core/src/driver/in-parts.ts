/** The rows in parts, in order, of at most `room` each by their sizes, but that a larger row is a part of its own. */
export function inParts<Row>(rows: readonly Row[], sizeOf: (row: Row) => number, room: number): Row[][] {
  const parts: Row[][] = []
  let left = -1
  for (const row of rows) {
    const size = sizeOf(row)
    if (size > left) {
      parts.push([])
      left = room
    }
    parts.at(-1)!.push(row)
    left -= size
  }
  return parts
}
