import { Component, type ComponentType } from 'preact'

/** The component, drawn again only when one of its properties is another one. */
export function memo<Props extends object>(Inner: ComponentType<Props>): ComponentType<Props> {
  return class extends Component<Props> {
    override shouldComponentUpdate(next: Props): boolean {
      const names = new Set([...Object.keys(this.props), ...Object.keys(next)]) as Set<keyof Props>
      return [...names].some((name) => (this.props as Props)[name] !== next[name])
    }

    override render(props: Props) {
      return <Inner {...props} />
    }
  }
}
