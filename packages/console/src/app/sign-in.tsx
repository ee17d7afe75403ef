import { PerSQLError } from '@persql/sdk'
import { useState } from 'preact/hooks'
import { type Connection, isLocal, signInWithToken } from './connection.ts'
import { Problem } from './ui/problem.tsx'

export interface SignInProps {
  readonly error: Error | undefined
  readonly onSignIn: (connection: Connection) => void
}

export function SignIn(props: SignInProps) {
  return <main class="sign-in">{isLocal ? <NeedsAddress {...props} /> : <TokenForm {...props} />}</main>
}

function NeedsAddress({ error }: SignInProps) {
  return (
    <div class="form card">
      <Mark />
      <h1>Open the address</h1>
      <p class="muted">
        The console opens with the address that it printed when it was started. That works once. With
        <code>persql console</code>, press <kbd>Enter</kbd> where it runs for a fresh one.
      </p>
      {error && <Problem error={error} />}
    </div>
  )
}

function TokenForm({ error: first, onSignIn }: SignInProps) {
  const [token, setToken] = useState('')
  const [error, setError] = useState(first)
  const [isBusy, setBusy] = useState(false)
  const submit = async (event: Event) => {
    event.preventDefault()
    setBusy(true)
    try {
      onSignIn(await signInWithToken(token))
    } catch (failure) {
      const isRefused = failure instanceof PerSQLError && failure.status === 401
      setError(isRefused ? new Error('This token is unknown, revoked or expired.') : (failure as Error))
      setBusy(false)
    }
  }
  return (
    <form class="form card" onSubmit={submit}>
      <Mark />
      <h1>Sign in</h1>
      <p class="muted">With an API token of this server. Tabs of the console share it until you sign out.</p>
      <label class="field">
        <span>Token</span>
        <input
          type="password"
          name="token"
          value={token}
          autocomplete="off"
          placeholder="psql_live_…"
          onInput={(event) => setToken(event.currentTarget.value)}
        />
      </label>
      {error && <Problem error={error} />}
      <button class="primary" type="submit" disabled={isBusy || token.trim() === ''}>
        {isBusy ? 'Signing in…' : 'Sign in'}
      </button>
    </form>
  )
}

export function Mark() {
  return (
    <span class="mark">
      <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
        <rect width="32" height="32" rx="8" />
        <path d="M8 9.5h16M8 16h11M8 22.5h6" />
        <circle cx="22" cy="22.5" r="2.6" />
      </svg>
    </span>
  )
}
