import process from 'node:process'

// Imports each of the entry points that are named, and says how many names each exports.

for (const entryPoint of process.argv.slice(2)) {
  console.log(`${entryPoint}: ${Object.keys(await import(entryPoint)).length}`)
}
process.exit()
