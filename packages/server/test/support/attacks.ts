import type { Attack } from './attacks/attack.ts'
import { BODY_ATTACKS } from './attacks/bodies.ts'
import { BOMBS } from './attacks/bombs.ts'
import { ROUTE_ATTACKS } from './attacks/routes.ts'
import { SLUG_ATTACKS } from './attacks/slugs.ts'
import { SQL_ATTACKS } from './attacks/sql.ts'
import { TOKEN_ATTACKS } from './attacks/tokens.ts'

export { QUERY, type Request } from './attacks/attack.ts'
export { RAW_ATTACKS } from './attacks/raw-requests.ts'
export { WRONG_TYPES } from './attacks/wrong-types.ts'

/** Nothing may have changed after all of them. */
export const ATTACKS: Readonly<Record<string, Attack>> = {
  ...SLUG_ATTACKS,
  ...TOKEN_ATTACKS,
  ...SQL_ATTACKS,
  ...BOMBS,
  ...BODY_ATTACKS,
  ...ROUTE_ATTACKS,
}
