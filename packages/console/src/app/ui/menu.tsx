import { useEffect, useRef, useState } from 'preact/hooks'
import { Icon, type IconName } from './icon.tsx'

export interface MenuItem {
  readonly label: string
  readonly icon: IconName
  readonly isDangerous?: boolean
  readonly onPick: () => void
}

export interface MenuProps {
  /** What the button is called. */
  readonly label: string
  readonly items: readonly MenuItem[]
}

/** A button with a list of what can be done. Escape, a click elsewhere and another size of the window close it. */
export function Menu({ label, items }: MenuProps) {
  const button = useRef<HTMLButtonElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const [isOpen, setOpen] = useState(false)
  const place = () => {
    const at = button.current?.getBoundingClientRect()
    const { current: element } = list
    if (!at || !element) return
    const { offsetHeight: height, offsetWidth: width } = element
    const isBelow = at.bottom + 4 + height < innerHeight
    element.style.top = `${isBelow ? at.bottom + 4 : Math.max(4, at.top - 4 - height)}px`
    element.style.left = `${Math.max(4, at.right - width)}px`
    element.querySelector('button')?.focus()
  }
  // Its button may be elsewhere then.
  useEffect(() => {
    if (!isOpen) return
    const close = () => list.current?.hidePopover()
    addEventListener('resize', close)
    return () => removeEventListener('resize', close)
  }, [isOpen])
  const walk = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step === 0) return
    event.preventDefault()
    event.stopPropagation()
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])]
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement)
    buttons.at((at + step) % buttons.length)?.focus()
  }
  return (
    <>
      <button
        ref={button}
        type="button"
        class="quiet menu-button"
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => {
          setOpen(true)
          requestAnimationFrame(() => list.current?.togglePopover(true))
        }}
      >
        <Icon name="more" />
      </button>
      {isOpen && (
        <div
          ref={list}
          class="menu"
          role="menu"
          aria-label={label}
          popover="auto"
          onKeyDown={walk}
          onToggle={(event) => {
            if (event.newState === 'open') return place()
            // Only where the focus was in the list, and not on what was clicked.
            if (list.current?.contains(document.activeElement)) button.current?.focus()
            setOpen(false)
          }}
        >
          {items.map((item) => (
            <button
              key={item.label}
              type="button"
              role="menuitem"
              class={item.isDangerous ? 'quiet is-danger' : 'quiet'}
              onClick={() => {
                list.current?.hidePopover()
                item.onPick()
              }}
            >
              <Icon name={item.icon} /> {item.label}
            </button>
          ))}
        </div>
      )}
    </>
  )
}
