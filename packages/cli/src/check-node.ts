/** As `engines.node` in the manifest. */
const OLDEST = '22.12'

/** Throws an error that names both versions, where this Node.js is older than the command needs. */
export function checkNode(): void {
  const { node } = process.versions
  const [major = 0, minor = 0] = node.split('.').map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST.split('.').map(Number)
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return
  throw new Error(`This is Node.js ${node}; persql needs ${OLDEST} or later.`)
}
