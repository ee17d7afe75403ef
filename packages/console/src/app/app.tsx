import { useEffect, useState } from 'preact/hooks'
import { type Connection, onSignOut, resume, signInWithSecret, signOut, takeSecret } from './connection.ts'
import { Shell } from './shell.tsx'
import { SignIn } from './sign-in.tsx'

type State =
  | { readonly kind: 'starting' }
  | { readonly kind: 'out'; readonly error?: Error }
  | { readonly kind: 'in'; readonly connection: Connection }

export function App() {
  const [state, setState] = useState<State>({ kind: 'starting' })
  useEffect(() => {
    const secret = takeSecret()
    const starting = secret === undefined ? resume() : signInWithSecret(secret)
    starting
      .then((connection) => setState(connection ? { kind: 'in', connection } : { kind: 'out' }))
      .catch((error: Error) => setState({ kind: 'out', error }))
    return onSignOut(() => setState({ kind: 'out' }))
  }, [])
  if (state.kind === 'starting') return <p class="starting">Opening…</p>
  if (state.kind === 'out') {
    return <SignIn error={state.error} onSignIn={(connection) => setState({ kind: 'in', connection })} />
  }
  const leave = () => {
    signOut()
    setState({ kind: 'out' })
  }
  return <Shell connection={state.connection} onSignOut={leave} />
}
