/** Room for names and numbers on a telephone: there, 480 units are some 340 pixels. */
export const WIDTH = 480
export const MARGIN = 16

/** What a text or a shape is; the style says how each looks on a light and on a dark page. */
export type Look = 'title' | 'heading' | 'text' | 'muted' | 'own' | 'other' | 'third' | 'grid' | 'axis'

const LIGHT = {
  page: '#fff',
  border: '#d1d9e0',
  text: '#1f2328',
  muted: '#59636e',
  grid: '#e3e8ed',
  own: '#4f51d8',
  third: '#c2571a',
  other: '#8b949e',
}
const DARK: typeof LIGHT = {
  page: '#0d1117',
  border: '#3d444d',
  text: '#f0f6fc',
  muted: '#9198a1',
  grid: '#262c36',
  own: '#8e90fb',
  third: '#f0883e',
  other: '#7d8590',
}

// A picture that a page shows by `img` has no other style sheet, and no fonts but those of the system. Colours are
// not variables, which not every program that shows SVG knows.
const STYLE = `
text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Helvetica, Arial, sans-serif }
text.title { font-size: 16px; font-weight: 600 }
text.heading { font-weight: 600 }
path { fill: none; stroke-width: 1.5; stroke-linejoin: round }
path.grid, path.axis { stroke-width: 1 }
${colours(LIGHT)}
@media (prefers-color-scheme: dark) {
${colours(DARK)}
}
`

function colours({ page, border, text, muted, ...lines }: typeof LIGHT): string {
  return [
    `rect.page { fill: ${page}; stroke: ${border} }`,
    `text { fill: ${text} } text.muted { fill: ${muted} } path.axis { stroke: ${muted} }`,
    ...Object.entries(lines).map(
      ([look, colour]) => `rect.${look} { fill: ${colour} } path.${look} { stroke: ${colour} }`,
    ),
  ].join('\n')
}

/** A whole picture, which is readable on any page because it brings its own ground. */
export function svgPage(title: string, height: number, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="page" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>`,
    ...parts,
    '</svg>\n',
  ].join('\n')
}

/** `y` is that of the line that letters stand on. */
export function text(
  x: number,
  y: number,
  look: Look,
  content: string,
  anchor: 'start' | 'middle' | 'end' = 'start',
): string {
  const aligned = anchor === 'start' ? '' : ` text-anchor="${anchor}"`
  return `<text class="${look}" x="${place(x)}" y="${place(y)}"${aligned}>${escaped(content)}</text>`
}

export function rectangle(x: number, y: number, width: number, height: number, look: Look): string {
  return `<rect class="${look}" x="${place(x)}" y="${place(y)}" width="${place(width)}" height="${height}" rx="2"/>`
}

export function line(points: readonly (readonly [x: number, y: number])[], look: Look): string {
  return `<path class="${look}" d="M${points.map(([x, y]) => `${place(x)} ${place(y)}`).join('L')}"/>`
}

/** A paragraph in lines that fit the picture; returns them and the height that they take up. */
export function paragraph(y: number, look: Look, content: string): { parts: string[]; height: number } {
  const lines: string[] = []
  for (const word of content.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`
    if (lines.length > 0 && longer.length <= LINE_LENGTH) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return {
    parts: lines.map((each, index) => text(MARGIN, y + index * LINE_HEIGHT, look, each)),
    height: lines.length * LINE_HEIGHT,
  }
}

const LINE_LENGTH = 68
const LINE_HEIGHT = 18

function place(value: number): string {
  return String(Math.round(value * 10) / 10)
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
