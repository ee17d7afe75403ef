import { html, raw } from 'hono/html'
import type { OpenApiDocument } from './open-api-document.ts'

const STYLE = `
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
  code, pre { font: 14px/1.4 ui-monospace, monospace }
  h2 { margin-top: 2.5rem; border-bottom: 1px solid #ccc }
  details { margin: .5rem 0 } summary { cursor: pointer }
  .method { display: inline-block; width: 4.5rem; font-weight: 600 }
  pre { background: #f6f6f6; padding: .75rem; overflow: auto } dt { font-weight: 600 } dd { margin: 0 0 .5rem 1rem }
`

interface OperationObject {
  readonly operationId: string
  readonly summary: string
  readonly tags: readonly string[]
  readonly parameters?: readonly { readonly name: string; readonly in: string }[]
  readonly requestBody?: { readonly content: Record<string, { readonly schema: object }> }
  readonly responses: Record<string, { readonly description: string }>
}

/** The OpenAPI document for people: one page, without scripts. */
export function referencePage(document: OpenApiDocument) {
  const entries = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, OperationObject>).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      ...operation,
    })),
  )
  const byTag = Map.groupBy(entries, ({ tags }) => tags[0])
  return html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <title>${document.info.title}</title>
  <style>${raw(STYLE)}</style>
</head>
<body>
  <h1>${document.info.title}</h1>
  <p>${document.info.description}</p>
  <p>Send <code>Authorization: Bearer &lt;token&gt;</code> with every call. Also as <a href="/api/openapi.json">OpenAPI 3.1</a>.</p>
  ${[...byTag].map(
    ([tag, operations]) =>
      html`<h2>${tag}</h2>${operations.map(
        ({ method, path, summary, parameters = [], requestBody, responses }) => html`
  <details>
    <summary><span class="method">${method}</span> <code>${path}</code><br>${summary}</summary>
    ${
      parameters.length > 0
        ? html`<p>Parameters: ${parameters.map(({ name, in: place }) => html`<code>${name}</code> (${place}) `)}</p>`
        : ''
    }
    ${requestBody ? html`<p>Body</p><pre>${json(requestBody.content['application/json']?.schema)}</pre>` : ''}
    <dl>${Object.entries(responses).map(
      ([status, { description }]) => html`<dt>${status}</dt><dd>${description}</dd>`,
    )}</dl>
  </details>`,
      )}`,
  )}
  <h2>Schemas</h2>
  ${Object.entries(document.components?.schemas ?? {}).map(
    ([name, schema]) => html`
  <details><summary><code>${name}</code></summary><pre>${json(schema)}</pre></details>`,
  )}
</body>
</html>`
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2) ?? ''
}
