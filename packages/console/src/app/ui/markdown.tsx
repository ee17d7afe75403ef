import { lexer, type Token, type Tokens } from 'marked'
import type { ComponentChildren } from 'preact'

/**
 * Markdown as elements. They are made from the parsed tokens and never from markup: HTML in the text stays text,
 * links lead to web and mail addresses only, and images of other places are links.
 */
export function Markdown({ text }: { readonly text: string }) {
  return <div class="markdown">{blocks(lexer(text, { gfm: true, breaks: true }))}</div>
}

function blocks(tokens: readonly Token[]): ComponentChildren {
  return tokens.map((token, index) => <Block key={index} token={token as Tokens.Generic} />)
}

function Block({ token: generic }: { readonly token: Tokens.Generic }) {
  switch (generic.type) {
    case 'space':
    case 'def':
      return null
    case 'heading': {
      const token = generic as Tokens.Heading
      const Heading = `h${Math.min(token.depth + 2, 6)}` as 'h3'
      return <Heading>{inline(token.tokens)}</Heading>
    }
    case 'paragraph':
      return <p>{inline((generic as Tokens.Paragraph).tokens)}</p>
    case 'code': {
      const { text, lang } = generic as Tokens.Code
      return (
        <pre tabIndex={0} data-language={lang || undefined}>
          <code>{text}</code>
        </pre>
      )
    }
    case 'blockquote':
      return <blockquote>{blocks((generic as Tokens.Blockquote).tokens)}</blockquote>
    case 'hr':
      return <hr />
    case 'list': {
      const { ordered, start, items } = generic as Tokens.List
      const children = items.map((item, index) => (
        <li key={index} class={item.task ? 'task' : undefined}>
          {blocks(item.tokens)}
        </li>
      ))
      return ordered ? <ol start={Number(start) || 1}>{children}</ol> : <ul>{children}</ul>
    }
    case 'checkbox':
      return <span class="checkbox">{(generic as Tokens.Checkbox).checked ? '☑ ' : '☐ '}</span>
    case 'table': {
      const { header, rows } = generic as Tokens.Table
      return (
        <div class="markdown-table" tabIndex={0}>
          <table>
            <thead>
              <tr>
                {header.map((cell, index) => (
                  <th key={index} class={alignment(cell)}>
                    {inline(cell.tokens)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, index) => (
                <tr key={index}>
                  {row.map((cell, column) => (
                    <td key={column} class={alignment(cell)}>
                      {inline(cell.tokens)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )
    }
    case 'html':
      return <p class="html-text">{generic.raw.trim()}</p>
    default:
      return <>{inline([generic])}</>
  }
}

function alignment({ align }: Tokens.TableCell): string | undefined {
  return align === 'right' || align === 'center' ? `is-${align}` : undefined
}

function inline(tokens: readonly Token[] = []): ComponentChildren {
  return tokens.map((token, index) => <Inline key={index} token={token as Tokens.Generic} />)
}

function Inline({ token }: { readonly token: Tokens.Generic }) {
  switch (token.type) {
    case 'strong':
      return <strong>{inline(token.tokens)}</strong>
    case 'em':
      return <em>{inline(token.tokens)}</em>
    case 'del':
      return <del>{inline(token.tokens)}</del>
    case 'codespan':
      return <code>{(token as Tokens.Codespan).text}</code>
    case 'br':
      return <br />
    case 'link': {
      const { href, tokens } = token as Tokens.Link
      return <SafeLink href={href}>{inline(tokens)}</SafeLink>
    }
    case 'image': {
      const { href, text } = token as Tokens.Image
      return <SafeImage source={href} alt={text} />
    }
    case 'checkbox':
      return <span class="checkbox">{(token as Tokens.Checkbox).checked ? '☑ ' : '☐ '}</span>
    case 'text':
      return <>{token.tokens ? inline(token.tokens) : decodeEntities(String(token['text'] ?? token.raw))}</>
    case 'escape':
      return <>{decodeEntities(String(token['text'] ?? token.raw))}</>
    default:
      return <>{token.raw}</>
  }
}

/** A link for an address that is safe to follow; its text for any other one. */
function SafeLink({ href, children }: { readonly href: string; readonly children: ComponentChildren }) {
  if (!URL.canParse(href) || !/^(https?|mailto):$/.test(new URL(href).protocol)) return <>{children}</>
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  )
}

const IMAGE_DATA = /^data:image\/(png|jpe?g|gif|webp|avif|bmp);base64,[A-Za-z0-9+/=\s]*$/

export function isStoredImage(source: string): boolean {
  return IMAGE_DATA.test(source)
}

/** Only what is stored is shown. Loading an image from elsewhere would tell that place who reads what and when. */
export function SafeImage({ source, alt }: { readonly source: string; readonly alt: string }) {
  if (isStoredImage(source)) return <img class="stored-image" src={source} alt={alt} />
  return <SafeLink href={source}>{alt ? `Image: ${alt}` : 'Image'}</SafeLink>
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
}

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,6}));/gi, (whole, decimal, hex, name) => {
    if (name) return ENTITIES[name] ?? whole
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}
