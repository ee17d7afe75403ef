import type { App } from '../services.ts'

export type OpenApiDocument = ReturnType<App['getOpenAPI31Document']>

/** Describes all routes that need a token, from the schemas that they validate with. */
export function openApiDocument(app: App): OpenApiDocument {
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    description: 'A token of the namespace, such as psql_live_…',
  })
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'PerSQL HTTP API, self-hosted',
      version: '1.0.0',
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
      description:
        'SQL over HTTP. Every answer is {"success": true, "data"} or {"success": false, "error", "errorDetail"}.',
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
  })
}
