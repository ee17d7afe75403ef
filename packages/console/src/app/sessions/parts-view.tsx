import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { plural } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { JsonView } from '../ui/json-view.tsx'
import { Markdown, SafeImage } from '../ui/markdown.tsx'
import type { Part } from './item-parts.ts'

/** How much of a long text is shown before somebody asks for all of it. */
const FOLD = 6000

/** What a message says, piece by piece. */
export function Parts({ parts }: { readonly parts: readonly Part[] }): ComponentChildren {
  if (parts.length === 0) return <p class="muted">No content</p>
  return parts.map((part, index) => <PartView key={index} part={part} />)
}

export function PartView({ part }: { readonly part: Part }) {
  switch (part.kind) {
    case 'text':
      return <LongText text={part.text} />
    case 'refusal':
      return (
        <p class="refusal">
          <span class="tag warn">refused</span> {part.text}
        </p>
      )
    case 'image':
      return (
        <p class="attachment">
          <Icon name="image" />
          <SafeImage
            source={part.source}
            alt={part.source.startsWith('data:') ? 'Stored image' : part.source}
          />
        </p>
      )
    case 'file':
      return (
        <p class="attachment">
          <Icon name="file" /> {part.name}
        </p>
      )
    case 'data':
      return <JsonView value={part.value} />
  }
}

function LongText({ text }: { readonly text: string }) {
  const [isWhole, setWhole] = useState(false)
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
