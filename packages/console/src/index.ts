export { type ConsoleFile, consoleFile } from './console-file.ts'
export { type Console, type ConsoleOptions, startConsole } from './start-console.ts'
