import { render } from 'preact'
import './styles/index.css'
import { App } from './app.tsx'
import { applyTheme } from './ui/theme.ts'

applyTheme()
render(<App />, document.getElementById('app')!)
