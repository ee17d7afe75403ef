export { type PostgresDriverOptions, postgresDriver } from './postgres-driver.ts'
export type {
  Field,
  PostgresClient,
  PostgresConnection,
  PostgresPool,
  PostgresQuery,
} from './postgres-pool.ts'
