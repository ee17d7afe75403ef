import { installedPackages } from './installed-packages.ts'
import { publicPackages } from './public-packages.ts'

// What each package takes on disk once it is installed, on this machine.

const footprint = (installed: ReturnType<typeof installedPackages>) => ({
  packages: installed.length,
  MB: Number((installed.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6).toFixed(1)),
})

console.table(
  Object.fromEntries(
    publicPackages().map((published) => {
      const alone = footprint(installedPackages(published, { withPeers: false }))
      const whole = footprint(installedPackages(published, { withPeers: true }))
      return [
        published.name,
        {
          packages: alone.packages,
          MB: alone.MB,
          'packages with peers': whole.packages,
          'MB with peers': whole.MB,
        },
      ]
    }),
  ),
)
