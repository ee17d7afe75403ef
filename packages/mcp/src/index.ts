export { createHttpHandler, type HttpHandler, type HttpHandlerOptions } from './create-http-handler.ts'
export { createMcpServer } from './create-mcp-server.ts'
export type { McpOptions } from './mcp-options.ts'
export { type ServeStdioOptions, type StdioServer, serveStdio } from './serve-stdio.ts'
