import { spawnSync } from 'node:child_process'

const NOBODY = { uid: 65_534, gid: 65_534 }

/** For `spawn`: a user that permissions hold for. Undefined where there is none that can run Node. */
export const unprivileged: { uid?: number; gid?: number } | undefined =
  process.getuid?.() === undefined
    ? undefined
    : process.getuid() !== 0
      ? {}
      : spawnSync(process.execPath, ['-e', ''], NOBODY).status === 0
        ? NOBODY
        : undefined
