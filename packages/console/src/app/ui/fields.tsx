import type { ComponentChildren } from 'preact'

export interface TextFieldProps {
  readonly label: string
  readonly value: string
  readonly placeholder?: string
  readonly hint?: ComponentChildren
  readonly onInput: (value: string) => void
}

export function TextField({ label, value, placeholder, hint, onInput }: TextFieldProps) {
  const field = (
    <label class="field">
      <span>{label}</span>
      <input
        value={value}
        placeholder={placeholder}
        autocomplete="off"
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  )
  if (hint === undefined) return field
  return (
    <div class="field-group">
      {field}
      <small class="muted">{hint}</small>
    </div>
  )
}

export interface NumberFieldProps {
  readonly label: string
  readonly value: string
  readonly min: number
  readonly max?: number
  /** Absent: whole numbers only. */
  readonly step?: 'any'
  /** What nothing stands for; where it is absent, there must be a number. */
  readonly placeholder?: string
  readonly onInput: (value: string) => void
}

export function NumberField({ label, value, onInput, ...limits }: NumberFieldProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="number"
        required={limits.placeholder === undefined}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
        {...limits}
      />
    </label>
  )
}

export interface SelectFieldProps<Value extends string> {
  readonly label: string
  readonly value: Value
  /** Each value with what is shown for it. */
  readonly options: readonly (readonly [value: Value, text: string])[]
  readonly onChange: (value: Value) => void
}

export function SelectField<Value extends string>(props: SelectFieldProps<Value>) {
  const { label, value, options, onChange } = props
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value as Value)}>
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}
