import { betterSqlite3Driver } from '@persql/driver-better-sqlite3'
import { sqlJsDriver } from '@persql/driver-sqljs'
import { describeMemoryStore } from '../src/testing/index.ts'

describeMemoryStore({ name: 'better-sqlite3', create: (location) => betterSqlite3Driver(location) })
describeMemoryStore({ name: 'sql.js', create: () => sqlJsDriver(), hasFts: false })
