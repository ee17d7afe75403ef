import { type MediaPart, mediaNote, type Part } from '@persql/session-core'
import type { ComponentChildren } from 'preact'
import { useContext, useState } from 'preact/hooks'
import { plural, toBase64 } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { JsonView } from '../ui/json-view.tsx'
import { Markdown, SafeImage } from '../ui/markdown.tsx'
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
  const { media, content, place, transcript } = part
  const note = mediaNote(part).slice(1, -1)
  return (
    <>
      <p class="attachment">
        <Icon name={media === 'image' ? 'image' : 'file'} />
        {media === 'image' ? (
          <SafeImage
            source={content === undefined ? (place ?? '') : imageUrl(part, content)}
            alt={content === undefined ? (place ?? '') : 'Stored image'}
          />
        ) : (
          note
        )}
      </p>
      {transcript !== undefined && <LongText text={transcript} />}
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
