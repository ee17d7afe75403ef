/**
 * Where a database that lives in memory is kept: one image, the bytes of an SQLite file. A storage belongs to one
 * driver at a time.
 */
export interface DatabaseStorage {
  /**
   * Resolves with the image saved last, and with `undefined` where there is none. The driver copies the bytes and
   * never changes them.
   */
  load(): Promise<Uint8Array | undefined>
  /**
   * Replaces the image as a whole. Resolves when the new one is durable; when it rejects, the last one is still
   * there, or the new one as a whole where only making it durable failed. The bytes are the storage's own, to keep,
   * to change or to transfer. The driver never calls it again before it has settled.
   */
  save(image: Uint8Array): Promise<void>
}
