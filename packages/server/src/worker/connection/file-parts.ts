/** What follows the name of a database in the names of the files that SQLite keeps it in. */
export const FILE_PARTS = ['', '-wal', '-shm', '-journal'] as const
