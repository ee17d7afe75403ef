/** Loads a package that is not always installed. Where it is missing, the error names it. */
export async function loadPackage<Exports>(name: string, load: () => Promise<Exports>): Promise<Exports> {
  try {
    return await load()
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
    if (!isMissing || !error.message.includes(name)) throw error
    throw new Error(`This command needs another package: npm install ${name}`, { cause: error })
  }
}
