/** The role of an item, in whatever it is a part of. Nothing stands for a row that is no item. */
type Said = { readonly role?: string | undefined } | undefined

/**
 * The places where turns begin: at a user's item that does not follow another one. Rows that are no items neither
 * begin nor end a turn.
 */
export function turnStarts(items: readonly Said[]): number[] {
  const starts: number[] = []
  let followsUser = false
  for (const [place, item] of items.entries()) {
    if (item === undefined) continue
    const isUser = item.role === 'user'
    if (isUser && !followsUser) starts.push(place)
    followsUser = isUser
  }
  return starts
}
