/** A piece of what an item says. Bytes and long base64 in it have become short notes. */
export type Part = { readonly label?: string } & (
  | { readonly kind: 'text' | 'code' | 'refusal'; readonly text: string }
  | MediaPart
  | { readonly kind: 'data'; readonly value: unknown }
)

/** An image, a file or a sound. */
export interface MediaPart {
  readonly kind: 'media'
  readonly media: 'image' | 'file' | 'audio'
  readonly name?: string
  readonly mediaType?: string
  /** The content itself, in base64 or as bytes. */
  readonly content?: string | Uint8Array
  /** Where the content is: an address, or an id at the provider of the model. */
  readonly place?: string
  /** What is said in a sound, where that is known. */
  readonly transcript?: string
}
