// Requires each of the entry points that are named, and says how many names each exports.

for (const entryPoint of process.argv.slice(2)) {
  console.log(`${entryPoint}: ${Object.keys(require(entryPoint)).length}`)
}
process.exit()
