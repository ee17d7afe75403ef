import { gzipSync } from 'node:zlib'
import type { Attack } from './attack.ts'

const MB = 1024 * 1024
const BOMB = 'with recursive n (i) as (select 1 union all select i + 1 from n) select count(*) from n'

/** What would take all time or memory. */
export const BOMBS: Readonly<Record<string, Attack>> = {
  'an endless query': { sql: BOMB, status: 504, error: 'ran longer than' },
  'an endless result': { sql: BOMB.replace('count(*)', 'i'), status: 413, error: 'more rows than the limit' },
  'an endless text': {
    sql: `with recursive n (s) as (select 'x' union all select s || s from n) select length(s) from n`,
    status: 413,
    error: 'larger than the limit',
  },
  'a blob of a gigabyte': { sql: 'select zeroblob(1000000000)', status: 413, error: 'larger than the limit' },
  'a deep expression': {
    sql: `select ${'('.repeat(5000)}1${')'.repeat(5000)}`,
    status: 400,
    error: 'Recursion limit',
  },
  'a thousand joins': {
    sql: `select 1 from ${Array.from({ length: 100 }, (_, n) => `t t${n}`).join(', ')}`,
    status: 400,
    error: 'at most 64 tables',
  },
  'a trigger that calls itself': {
    path: '/v1/db/acme/main/batch',
    body: {
      transaction: true,
      statements: [
        { sql: 'create trigger loop after insert on t begin insert into t values (new.a + 1); end' },
        { sql: 'pragma recursive_triggers = on' },
      ],
    },
    status: 403,
    error: 'PRAGMA recursive_triggers',
  },
  'SQL of two megabytes': { sql: `select '${'x'.repeat(2 * MB)}'`, status: 413, error: 'sql: at most' },
  'a result of escapes': {
    sql: `select replace(hex(zeroblob(400000)), '0', char(1))`,
    status: 413,
    error: 'The result is larger than the limit.',
  },
  'a result of letters that need three bytes': {
    sql: `select replace(hex(zeroblob(600000)), '0', '€'), replace(hex(zeroblob(600000)), '0', '€')`,
    status: 413,
    error: 'The result is larger than the limit.',
  },
  'a result of long numbers': {
    sql: `with recursive n (i) as (select 1 union all select i + 1 from n limit 9000)
      select ${Array(40).fill('-1.2345678901234567e-300').join(', ')} from n`,
    status: 413,
    error: 'The result is larger than the limit.',
  },
  'results of long names': {
    path: '/v1/db/acme/main/batch',
    body: { statements: Array(6).fill({ sql: `select 1 as "${'x'.repeat(900_000)}"` }) },
    status: 413,
    error: 'The result is larger than the limit.',
  },
  'an error of long names': {
    sql: `select "${'x'.repeat(900_000)}"`,
    status: 400,
    error: `no such column: "${'x'.repeat(983)}…`,
  },
  '101 statements': {
    path: '/v1/db/acme/main/batch',
    body: { statements: Array(101).fill({ sql: 'insert into t values (3)' }) },
    status: 400,
    error: 'statements: at most 100',
  },
  'no statements': {
    path: '/v1/db/acme/main/batch',
    body: { statements: [] },
    status: 400,
    error: 'at least one',
  },
  '40,000 parameters': {
    sql: 'select 1',
    params: Array(40_000).fill(1),
    status: 400,
    error: 'params: at most 32766.',
  },
  'a body of 100 MB': { body: 'x'.repeat(100 * MB), status: 413, error: 'The body is larger than' },
  'a zip bomb': {
    headers: { 'content-encoding': 'gzip' },
    body: gzipSync(Buffer.alloc(50 * MB)),
    status: 415,
    error: 'must not be compressed',
  },
  'a large body for a small call': {
    path: '/v1/tokens',
    body: { name: 'x'.repeat(MB) },
    status: 413,
    error: 'The body is larger than 262144',
  },
}
