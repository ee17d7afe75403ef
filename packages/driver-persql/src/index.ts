export { openPersqlDriver } from './open-persql-driver.ts'
export { persqlDriver } from './persql-driver.ts'
