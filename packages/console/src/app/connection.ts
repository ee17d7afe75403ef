import { type DatabaseInfo, PerSQL, PerSQLError } from '@persql/sdk'

/** Somebody who is signed in, and what the API lets them see. */
export interface Connection {
  readonly persql: PerSQL
  readonly namespace: string
  readonly role: string
  /** The databases that can be listed: none for the token of a branch. */
  readonly databases: readonly DatabaseInfo[]
  /** May make, list and delete databases, tokens and branches, and see the usage. */
  readonly isAdmin: boolean
}

/** Whether the token may change items at all; the server knows which. */
export function mayWrite({ role }: Connection): boolean {
  return role !== 'readonly' && role !== 'read'
}

/** Whether one database on this machine is shown, which `startConsole` serves. */
export const isLocal = 'local' in document.documentElement.dataset

/** What that database speaks. The databases of a server speak SQLite's. */
const sqlDialect = document.documentElement.dataset['local'] === 'postgres' ? 'postgres' : 'sqlite'

const KEY = 'persql-console'
/** The API is beside the console, wherever both are mounted. */
export const apiUrl = new URL('..', location.href.split('#')[0]).href.replace(/\/$/, '')

/** The one-time secret of the address, which is taken out of it. */
export function takeSecret(): string | undefined {
  const secret = /^#\/open\/([\w-]+)$/.exec(location.hash)?.[1]
  if (secret !== undefined) history.replaceState(null, '', `${location.pathname}#/`)
  return secret
}

/** Throws a text for people where the secret was used before. */
export async function signInWithSecret(secret: string): Promise<Connection> {
  const response = await fetch('sign-in', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ secret }),
  })
  const { data, error } = (await response.json()) as { data?: { token: string }; error?: string }
  if (!data) throw new Error(error ?? 'The console did not answer as expected.')
  return connect(data.token)
}

export function signInWithToken(token: string): Promise<Connection> {
  return connect(token)
}

/** Nothing where nobody was signed in, in this tab or in one that is open beside it. */
export async function resume(): Promise<Connection | undefined> {
  const token = sessionStorage.getItem(KEY) ?? (await askOtherTabs())
  if (token === undefined) return undefined
  try {
    return await connect(token)
  } catch (error) {
    if (error instanceof PerSQLError && error.status === 401) {
      sessionStorage.removeItem(KEY)
      return undefined
    }
    throw error
  }
}

/** In all tabs, because each of them would sign the others in again. What was typed there goes as well. */
export function signOut(): void {
  sessionStorage.clear()
  tabs.postMessage('sign-out')
}

/** Calls back when another tab has signed out. Returns what ends that. */
export function onSignOut(callback: () => void): () => void {
  const listen = ({ data }: MessageEvent) => {
    if (data === 'sign-out') callback()
  }
  tabs.addEventListener('message', listen)
  return () => tabs.removeEventListener('message', listen)
}

async function connect(token: string): Promise<Connection> {
  const persql = new PerSQL({ token, baseURL: apiUrl, sqlDialect, maxRetries: 2 })
  const [{ namespaceSlug, role }, databases] = await Promise.all([persql.me(), persql.databases.list()])
  const isAdmin = !isLocal && !/^read/.test(role) && (await mayListTokens(persql))
  sessionStorage.setItem(KEY, token)
  return { persql, namespace: namespaceSlug, role, databases, isAdmin }
}

/** An admin's token may be bound to one database or to some tables, and then manages nothing. */
async function mayListTokens(persql: PerSQL): Promise<boolean> {
  return persql.tokens.list().then(
    () => true,
    () => false,
  )
}

/** How long another tab has to answer, in ms. */
const PATIENCE = 150

// Session storage belongs to one tab. A link that is opened in another one asks those that are signed in.
const tabs = new BroadcastChannel(KEY)
tabs.addEventListener('message', ({ data }) => {
  const token = sessionStorage.getItem(KEY)
  if (data === 'ask' && token !== null) tabs.postMessage({ token })
  if (data === 'sign-out') sessionStorage.clear()
})

function askOtherTabs(): Promise<string | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => finish(undefined), PATIENCE)
    const listen = ({ data }: MessageEvent) => {
      if (typeof data?.token === 'string') finish(data.token)
    }
    function finish(token: string | undefined) {
      clearTimeout(timer)
      tabs.removeEventListener('message', listen)
      resolve(token)
    }
    tabs.addEventListener('message', listen)
    tabs.postMessage('ask')
  })
}
