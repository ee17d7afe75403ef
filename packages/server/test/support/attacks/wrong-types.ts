import { type Attack, QUERY } from './attack.ts'

/** Where every field of every body is given each wrong type in turn. */
const BODIES: Readonly<
  Record<string, { readonly method?: string; readonly body: object; readonly fields: object }>
> = {
  [QUERY]: { body: { sql: 'select 1' }, fields: { sql: 'text', params: 'list', readOnly: 'flag' } },
  '/v1/db/acme/main/batch': {
    body: { statements: [{ sql: 'delete from t' }] },
    fields: { statements: 'list', transaction: 'flag', readOnly: 'flag' },
  },
  '/v1/db/acme/main/explain': { body: { sql: 'select 1' }, fields: { sql: 'text', params: 'list' } },
  '/v1/db/acme/main/validate': { body: { sql: 'select 1' }, fields: { sql: 'text', params: 'list' } },
  '/v1/databases': {
    body: { name: 'wrong', slug: 'wrong' },
    fields: {
      name: 'text',
      slug: 'text',
      region: 'text',
      ttlDays: 'number',
      ttl_days: 'number',
      expiresAt: 'text',
    },
  },
  '/v1/tokens': {
    body: { name: 'wrong' },
    fields: {
      name: 'text',
      role: 'text',
      tableScope: 'list',
      database: 'text',
      expiresAt: 'text',
      ttlSec: 'number',
    },
  },
  '/v1/db/acme/main/branches/claim': {
    body: {},
    fields: { ref: 'text', purpose: 'text', ttlSec: 'number', role: 'text' },
  },
  '/v1/db/acme/main/branches/wrong': {
    method: 'PUT',
    body: {},
    fields: { fromRef: 'text', name: 'text', ttlDays: 'number', expiresAt: 'text' },
  },
  '/v1/db/acme/main/branches/there/merge': { body: {}, fields: { mode: 'text' } },
}
const VALUES: Readonly<Record<string, unknown>> = {
  text: 'text',
  number: 1,
  flag: true,
  list: ['text'],
  object: {},
  null: null,
}

/** Each field of each body, with each wrong type in turn. */
export const WRONG_TYPES: Readonly<Record<string, Attack>> = Object.fromEntries(
  Object.entries(BODIES).flatMap(([path, { method = 'POST', body, fields }]) =>
    Object.entries(fields).flatMap(([field, type]) =>
      Object.entries(VALUES)
        .filter(([other]) => other !== type)
        .map(([other, value]) => [
          `${other} as ${field} of ${method} ${path}`,
          { method, path, body: { ...body, [field]: value }, status: 400, error: `${field}:` },
        ]),
    ),
  ),
)
