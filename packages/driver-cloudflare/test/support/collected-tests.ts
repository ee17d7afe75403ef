import { chai, JestAsymmetricMatchers, JestChaiExpect, JestExtend } from '@vitest/expect'

// Stands for vitest where there is none: collects what a suite declares, and runs one test by its name.

type Work = () => unknown

interface Suite {
  readonly title: string
  readonly before: Work[]
  readonly after: Work[]
}

const suites: Suite[] = []
const tests = new Map<string, { readonly suites: readonly Suite[]; readonly work: Work }>()

chai.use(JestExtend)
chai.use(JestChaiExpect)
chai.use(JestAsymmetricMatchers)

export const { expect } = chai

export function describe(title: string, declare: () => void): void {
  suites.push({ title, before: [], after: [] })
  declare()
  suites.pop()
}

export function test(title: string, work: Work): void {
  tests.set([...suites.map((suite) => suite.title), title].join(' > '), { suites: [...suites], work })
}

export function beforeEach(work: Work): void {
  suites.at(-1)?.before.push(work)
}

export function afterEach(work: Work): void {
  suites.at(-1)?.after.push(work)
}

export function names(): string[] {
  return [...tests.keys()]
}

/** Runs a test, and gives why it failed, or nothing. */
export async function runTest(name: string): Promise<string> {
  const { suites: around, work } = tests.get(name)!
  try {
    for (const { before } of around) for (const prepare of before) await prepare()
    await work()
    return ''
  } catch (error) {
    return `${error instanceof Error ? error.stack : error}`
  } finally {
    for (const { after } of around) for (const tidy of after) await tidy()
  }
}
