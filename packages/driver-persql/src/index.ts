export { handleDriver as persqlDriver } from '@persql/session-core/driver'
export { openPersqlDriver } from './open-persql-driver.ts'
