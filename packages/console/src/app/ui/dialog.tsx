import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { Icon } from './icon.tsx'
import { Problem } from './problem.tsx'

export interface DialogProps {
  readonly title: string
  readonly onClose: () => void
  readonly isWide?: boolean
  readonly children: ComponentChildren
}

/** A modal dialog, open as long as it is there. */
export function Dialog({ title, onClose, isWide = false, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null)
  const heading = useId()
  const isGone = useRef(false)
  useEffect(() => {
    const dialog = ref.current
    dialog?.showModal()
    return () => {
      isGone.current = true
      dialog?.close()
    }
  }, [])
  return (
    <dialog
      ref={ref}
      class={isWide ? 'dialog wide' : 'dialog'}
      aria-labelledby={heading}
      // It is told late, and whoever has taken the dialog away may have opened another one since.
      onClose={() => isGone.current || onClose()}
    >
      <header class="dialog-head">
        <h2 id={heading}>{title}</h2>
        <button type="button" class="quiet" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {children}
    </dialog>
  )
}

export interface ConfirmProps {
  readonly title: string
  readonly action: string
  /** To be typed, where a slip would destroy much. */
  readonly word?: string
  readonly onConfirm: () => Promise<unknown>
  readonly onClose: () => void
  readonly children: ComponentChildren
}

export function Confirm({ title, action, word, onConfirm, onClose, children }: ConfirmProps) {
  const [typed, setTyped] = useState('')
  return (
    <FormDialog
      title={title}
      action={action}
      isDangerous
      isReady={word === undefined || typed === word}
      onSubmit={onConfirm}
      onClose={onClose}
    >
      <div class="prose">{children}</div>
      {word !== undefined && (
        <label class="field">
          <span>
            Type <code>{word}</code> to confirm
          </span>
          <input value={typed} autocomplete="off" onInput={(event) => setTyped(event.currentTarget.value)} />
        </label>
      )}
    </FormDialog>
  )
}

export interface FormDialogProps {
  readonly title: string
  readonly action: string
  readonly isDangerous?: boolean
  readonly isReady?: boolean
  readonly isWide?: boolean
  /** The dialog closes when it resolves, and shows why it rejected. */
  readonly onSubmit: () => Promise<unknown>
  readonly onClose: () => void
  readonly children: ComponentChildren
}

export function FormDialog(props: FormDialogProps) {
  const {
    title,
    action,
    isDangerous = false,
    isReady = true,
    isWide = false,
    onSubmit,
    onClose,
    children,
  } = props
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<Error>()
  const submit = async (event: Event) => {
    event.preventDefault()
    setBusy(true)
    setError(undefined)
    try {
      await onSubmit()
      onClose()
    } catch (failure) {
      setError(failure as Error)
      setBusy(false)
    }
  }
  return (
    <Dialog title={title} isWide={isWide} onClose={onClose}>
      <form class="form" onSubmit={submit}>
        {children}
        {error && <Problem error={error} />}
        <footer class="dialog-foot">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button class={isDangerous ? 'danger' : 'primary'} type="submit" disabled={isBusy || !isReady}>
            {action}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}
