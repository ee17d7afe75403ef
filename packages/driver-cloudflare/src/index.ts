export { type D1, type D1DriverOptions, type D1Result, type D1Statement, d1Driver } from './d1-driver.ts'
export {
  type DurableObjectDriverOptions,
  type DurableObjectSql,
  type DurableObjectStorage,
  durableObjectDriver,
} from './durable-object-driver.ts'
