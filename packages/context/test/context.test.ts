import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { sqlJsDriver } from '@persql/driver-sqljs'
import { describeContextStore } from '../src/testing/index.ts'

describeContextStore({ name: 'better-sqlite3', create: (location) => betterSqlite3Driver(location) })
describeContextStore({ name: 'sql.js', create: () => sqlJsDriver(), hasFts: false })
