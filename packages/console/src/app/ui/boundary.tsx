import { Component, type ComponentChildren } from 'preact'

interface BoundaryProps {
  /** Stands in for children that could not be drawn. */
  readonly fallback: ComponentChildren
  readonly children: ComponentChildren
}

/** Keeps what goes wrong in its children to itself, so that one strange item does not take the others with it. */
export class Boundary extends Component<BoundaryProps, { readonly hasFailed: boolean }> {
  override state = { hasFailed: false }

  static override getDerivedStateFromError() {
    return { hasFailed: true }
  }

  override render({ fallback, children }: BoundaryProps) {
    return this.state.hasFailed ? fallback : children
  }
}
