import { newFile } from './new-id.ts'
import type { Statements } from './statements.ts'

/** Files of databases that are to be deleted from the disk. */
export class Trash {
  readonly #statements: Statements
  readonly #reserved = new Set<string>()

  constructor(statements: Statements) {
    this.#statements = statements
  }

  /** Names a file that is not there yet. It is trash unless it is taken out before it is released. */
  reserve(): string {
    const file = newFile()
    this.#statements.run('insert into trash (file) values (?)', file)
    this.#reserved.add(file)
    return file
  }

  release(file: string): void {
    this.#reserved.delete(file)
  }

  /** The files to delete now, without those that are reserved. */
  list(): string[] {
    const files = this.#statements.all<{ file: string }>('select file from trash').map(({ file }) => file)
    return files.filter((file) => !this.#reserved.has(file))
  }

  put(file: string): void {
    this.#statements.run('insert or ignore into trash (file) values (?)', file)
  }

  /** To be called for a file that has been deleted, or that is a database's now. */
  takeOut(file: string): void {
    this.#statements.run('delete from trash where file = ?', file)
  }
}
