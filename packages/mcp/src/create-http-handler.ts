import {
  createMcpHandler,
  isJsonContentType,
  localhostAllowedOrigins,
  originValidationResponse,
} from '@modelcontextprotocol/server'
import { createMcpServer } from './create-mcp-server.ts'
import type { McpOptions } from './mcp-options.ts'
import { readMessage } from './read-message.ts'

const BODY_BYTES = 4 * 1024 * 1024

/** Options of {@link createHttpHandler}. */
export interface HttpHandlerOptions {
  /** Bytes in the body of a request. Default: 4 MiB. */
  readonly maxBodyBytes?: number | undefined
  /**
   * Origins of pages elsewhere, such as `https://app.example.com`, whose requests are answered too. For a browser, the
   * answers need CORS headers besides, which are the caller's to add. Default: none.
   */
  readonly origins?: readonly string[] | undefined
  /** A function that is told of requests that were refused and of errors outside tools. Default: nobody is told. */
  readonly onError?: ((error: Error) => void) | undefined
}

/** What answers the requests of MCP. */
export interface HttpHandler {
  /** Answers a request, which the caller has authenticated, with what its token may use. */
  fetch(request: Request, options: McpOptions): Promise<Response>
  /** Ends the streams that are open. */
  close(): Promise<void>
}

/**
 * Makes a handler for MCP over streamable HTTP, without sessions: each POST is served by a server of its own; GET and
 * DELETE are answered with 405. Serves the protocol of 2026-07-28 and those of 2025. A page in a browser is refused
 * with 403 unless it comes from this machine or a given origin, as the specification asks for against DNS rebinding.
 */
export function createHttpHandler({
  maxBodyBytes = BODY_BYTES,
  origins = [],
  onError,
}: HttpHandlerOptions = {}): HttpHandler {
  const handler = createMcpHandler(
    ({ authInfo }) => createMcpServer(authInfo?.extra?.['options'] as McpOptions),
    {
      maxSubscriptions: 100,
      ...(onError && { onerror: onError }),
    },
  )
  return {
    async fetch(request, options) {
      const isListed = origins.includes(request.headers.get('origin') ?? '')
      const refusal = isListed ? undefined : originValidationResponse(request, localhostAllowedOrigins())
      if (refusal) return refusal
      // The one place in which the library hands something through to where servers are made.
      const authInfo = { token: '', clientId: '', scopes: [], extra: { options } }
      if (request.method !== 'POST' || !isJsonContentType(request.headers.get('content-type'))) {
        return handler.fetch(request, { authInfo })
      }
      const read = await readMessage(request, maxBodyBytes)
      return 'refusal' in read ? read.refusal : handler.fetch(request, { authInfo, parsedBody: read.message })
    },
    close: () => handler.close(),
  }
}
