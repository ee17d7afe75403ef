export { describeSqlDriver, type Exemption, type SqlDriverSuite } from './describe-sql-driver.ts'
