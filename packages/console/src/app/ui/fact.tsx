export interface FactProps {
  readonly name: string
  readonly value: string
  /** Where it leads. */
  readonly to?: string
}

/** One of the facts of a list with the class `detail-facts`. */
export function Fact({ name, value, to }: FactProps) {
  const text = <bdi>{value}</bdi>
  return (
    <div>
      <dt>{name}</dt>
      <dd>{to === undefined ? text : <a href={to}>{text}</a>}</dd>
    </div>
  )
}
