import type { DatabaseStorage } from '../../src/index.ts'

/** Keeps the image in a variable, and fails or waits when told to. */
export class TestStorage implements DatabaseStorage {
  image: Uint8Array | undefined
  saves = 0
  failure: Error | undefined
  /** Every save waits for it. */
  gate: Promise<void> | undefined

  async load(): Promise<Uint8Array | undefined> {
    return this.image
  }

  async save(image: Uint8Array): Promise<void> {
    await this.gate
    if (this.failure) throw this.failure
    this.image = image
    this.saves++
  }
}
