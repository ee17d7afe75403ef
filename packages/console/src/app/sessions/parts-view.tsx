import { type MediaPart, mediaNote, type Part } from '@persql/session-core'
import type { ComponentChildren } from 'preact'
import { useContext, useState } from 'preact/hooks'
import { Dialog } from '../ui/dialog.tsx'
import { plural, toBase64 } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { JsonView } from '../ui/json-view.tsx'
import { isStoredImage, Markdown, SafeImage } from '../ui/markdown.tsx'
import { ShowsAll } from '../ui/shows-all.ts'

/** How much of a long text is shown before somebody asks for all of it. */
const FOLD = 6000

/** What a message says, piece by piece. */
export function Parts({ parts }: { readonly parts: readonly Part[] }): ComponentChildren {
  if (parts.length === 0) return <p class="muted">No content</p>
  return parts.map((part, index) => <PartView key={index} part={part} />)
}

export function PartView({ part }: { readonly part: Part }) {
  return (
    <>
      {part.label !== undefined && <h5>{part.label}</h5>}
      <PartContent part={part} />
    </>
  )
}

function PartContent({ part }: { readonly part: Part }) {
  switch (part.kind) {
    case 'text':
      return <LongText text={part.text} />
    case 'code':
      return <JsonView value={part.text} isCode />
    case 'refusal':
      return (
        <p class="refusal">
          <span class="tag warn">refused</span> {part.text}
        </p>
      )
    case 'media':
      return <Media part={part} />
    case 'data':
      return <JsonView value={part.value} />
  }
}

/** An image is shown where it is stored; of anything else a person only learns what it is. */
function Media({ part }: { readonly part: MediaPart }) {
  const { media, content, place = '', transcript } = part
  return (
    <>
      <div class="attachment">
        <Icon name={media === 'image' ? 'image' : 'file'} />
        {media !== 'image' ? (
          mediaNote(part).slice(1, -1)
        ) : content === undefined ? (
          <Picture source={place} alt={place.startsWith('data:') ? 'Stored image' : place} />
        ) : (
          <Picture source={imageUrl(part, content)} alt="Stored image" />
        )}
      </div>
      {transcript !== undefined && <LongText text={transcript} />}
    </>
  )
}

/** An image that opens in its full size. */
function Picture({ source, alt }: { readonly source: string; readonly alt: string }) {
  const [isOpen, setOpen] = useState(false)
  const image = <SafeImage source={source} alt={alt} />
  if (!isStoredImage(source)) return image
  return (
    <>
      <button type="button" class="image-button" title="Open" onClick={() => setOpen(true)}>
        {image}
      </button>
      {isOpen && (
        <Dialog title={alt} isWide onClose={() => setOpen(false)}>
          <div class="whole-image">{image}</div>
        </Dialog>
      )}
    </>
  )
}

function imageUrl({ mediaType = 'image/png' }: MediaPart, content: string | Uint8Array): string {
  const base64 = typeof content === 'string' ? content : toBase64(content)
  return `data:${mediaType};base64,${base64}`
}

function LongText({ text }: { readonly text: string }) {
  const showsAll = useContext(ShowsAll)
  const [asked, setWhole] = useState<boolean>()
  const isWhole = asked ?? showsAll
  const isLong = text.length > FOLD
  return (
    <>
      <Markdown text={isLong && !isWhole ? `${text.slice(0, FOLD)}…` : text} />
      {isLong && (
        <button type="button" class="link" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'Show less' : `Show all ${plural(text.length, 'character')}`}
        </button>
      )}
    </>
  )
}
