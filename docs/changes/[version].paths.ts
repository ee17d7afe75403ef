import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../check/pages.ts'

const CHANGESET = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/

/** What has changed since the last release, by package. Releases are in the `CHANGELOG.md` of each package. */
export default {
  paths: () => [{ params: { version: 'next' }, content: `# Changes\n\n${unreleased()}\n${released()}` }],
}

function unreleased(): string {
  const changes = new Map<string, string[]>()
  for (const file of globSync('.changeset/*.md', { cwd: ROOT }).toSorted()) {
    const [, names = '', text = ''] = CHANGESET.exec(readFileSync(join(ROOT, file), 'utf8')) ?? []
    for (const [, name = ''] of names.matchAll(/'(@persql\/[\w-]+)'/g)) {
      changes.set(name, [...(changes.get(name) ?? []), `- ${text.trim().replaceAll('\n', '\n  ')}`])
    }
  }
  const parts = [...changes].toSorted().map(([name, lines]) => `### ${name}\n\n${lines.join('\n')}\n`)
  return `## Not released yet\n\n${parts.join('\n') || 'Nothing.'}`
}

function released(): string {
  const logs = globSync('packages/*/CHANGELOG.md', { cwd: ROOT }).toSorted()
  return logs.map((path) => readFileSync(join(ROOT, path), 'utf8').replace(/^#/gm, '##')).join('\n')
}
