export { type ContextStoreSuite, describeContextStore } from './describe-context-store.ts'
export { expectIndexesToAgree } from './index-cases.ts'
