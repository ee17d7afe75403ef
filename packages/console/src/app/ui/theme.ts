export type Theme = 'light' | 'dark' | 'auto'

const KEY = 'persql-console-theme'

export function storedTheme(): Theme {
  const stored = localStorage.getItem(KEY)
  return stored === 'light' || stored === 'dark' ? stored : 'auto'
}

export function applyTheme(theme: Theme = storedTheme()): void {
  if (theme === 'auto') {
    localStorage.removeItem(KEY)
    document.documentElement.removeAttribute('data-theme')
  } else {
    localStorage.setItem(KEY, theme)
    document.documentElement.dataset['theme'] = theme
  }
}
