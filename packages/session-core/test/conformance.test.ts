import { describeSqlDriver } from '../src/testing/index.ts'
import { nodeSqliteDriver } from './support/node-sqlite-driver.ts'

describeSqlDriver({
  name: 'node:sqlite',
  create: nodeSqliteDriver,
  except: [
    {
      test: 'rejects two statements in one text with INVALID_STATEMENT',
      because: 'node:sqlite runs the first one and says nothing of the second',
    },
    {
      test: 'rejects too few and too many parameters with INVALID_STATEMENT',
      because: 'node:sqlite binds NULL to what is missing',
    },
  ],
})
