import type { Link, WorkingEntry } from '@persql/context'
import type { ComponentChildren } from 'preact'
import type { Database } from '../data/database.ts'
import { type FoundMemory, findLink, findMemory, findWorking } from '../data/memory.ts'
import { href } from '../router.ts'
import { runsAddressOf } from '../runs/runs-address.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { Empty } from '../ui/empty.tsx'
import { Fact } from '../ui/fact.tsx'
import { dateTime } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { JsonView } from '../ui/json-view.tsx'
import { Problem } from '../ui/problem.tsx'
import { useAsync } from '../ui/use-async.ts'
import { type MemoryAddress, memoryAddressOf } from './memory-address.ts'

export interface MemoryDetailProps {
  readonly database: Database
  readonly address: MemoryAddress
  /** Whether it will be forgotten. */
  readonly isLeaving: boolean
  /** Absent where nothing may be written. */
  readonly onForget: (() => void) | undefined
}

type Found =
  | { readonly kind: 'memory'; readonly found: FoundMemory }
  | { readonly kind: 'link'; readonly link: Link }
  | { readonly kind: 'working'; readonly entry: WorkingEntry }

/** A memory with all of its text, and where it comes from. */
export function MemoryDetail({ database, address, isLeaving, onForget }: MemoryDetailProps) {
  const { data, error, isLoading, reload } = useAsync('', () => load(database, address))
  const title = data ? titleOf(data) : (address.path[0] ?? '')
  return (
    <section class="transcript" aria-label={`Memory ${title}`}>
      <header class="transcript-head">
        <a
          class="button quiet back"
          href={memoryAddressOf(database.slug, { ...address, path: [] })}
          aria-label="Back to the list"
        >
          <Icon name="back" />
        </a>
        <div class="transcript-title">
          <h2 title={title}>
            <bdi>{title}</bdi>
          </h2>
        </div>
        {data && <CopyButton text={textOf(data)} label="Copy text" />}
        {data && onForget && !isLeaving && (
          <button type="button" title="Forgets it in ten seconds" onClick={onForget}>
            <Icon name="trash" /> Forget
          </button>
        )}
      </header>
      <div class="detail-scroll" tabIndex={0}>
        {error && <Problem error={error} onRetry={reload} />}
        {!data && isLoading && <p class="starting">Reading…</p>}
        {!data && !isLoading && !error && (
          <Empty icon="memory" title="No such memory">
            It was forgotten, has expired, or there never was one of this name.
          </Empty>
        )}
        {data && (
          <div class="detail">
            {isLeaving && <p class="note-line">It will be forgotten, unless that is undone.</p>}
            <Body database={database} data={data} />
          </div>
        )}
      </div>
    </section>
  )
}

async function load(database: Database, { filter, path }: MemoryAddress): Promise<Found | undefined> {
  if (filter.kind === 'links') {
    const link = await findLink(database, path)
    return link && { kind: 'link', link }
  }
  if (filter.kind === 'working') {
    const entry = await findWorking(database, path)
    return entry && { kind: 'working', entry }
  }
  const found = await findMemory(database, path[0] ?? '')
  return found ? { kind: 'memory', found } : undefined
}

function titleOf(data: Found): string {
  if (data.kind === 'link') return `${data.link.src.name} ${data.link.rel} ${data.link.dst.name}`
  if (data.kind === 'working') return data.entry.key
  const { kind, name, description } = data.found.hit
  return kind === 'fact' ? name : description || 'Episode'
}

function textOf(data: Found): string {
  if (data.kind === 'link') return titleOf(data)
  return data.kind === 'working' ? data.entry.json : data.found.hit.body
}

function Body({ database, data }: { readonly database: Database; readonly data: Found }): ComponentChildren {
  if (data.kind === 'link') return <LinkBody slug={database.slug} link={data.link} />
  if (data.kind === 'working') return <WorkingBody database={database} entry={data.entry} />
  return <MemoryBody database={database} found={data.found} />
}

function MemoryBody({ database, found }: { readonly database: Database; readonly found: FoundMemory }) {
  const { hit, rows } = found
  const { kind, id, description, type, body, outcome, sessionId, runId, source, createdAt, updatedAt } = hit
  const { slug } = database
  return (
    <>
      {kind === 'fact' && description !== '' && (
        <p class="muted">
          <bdi>{description}</bdi>
        </p>
      )}
      <p class="memory-text">
        <bdi>{body}</bdi>
      </p>
      <section>
        <h3>Where it comes from</h3>
        <dl class="detail-facts">
          {sessionId !== null && (
            <Fact name="Session" value={sessionId} to={href(slug, 'sessions', sessionId)} />
          )}
          {sessionId !== null && rows && (
            <Fact
              name="Rows it sums up"
              value={`${rows.first} to ${rows.last}`}
              to={href(slug, 'sessions', sessionId, rows.first)}
            />
          )}
          {runId !== null && <RunFact database={database} runId={runId} />}
          {source !== null && <Fact name="Remembered by" value={source} />}
          {outcome !== null && <Fact name="Outcome" value={outcome} />}
          <Fact name="Type" value={type} />
          {kind === 'fact' && <Fact name="Learnt" value={dateTime(createdAt)} />}
          <Fact name={kind === 'fact' ? 'Last changed' : 'Happened'} value={dateTime(updatedAt)} />
          <Fact name="Id" value={id} />
        </dl>
        {kind === 'fact' && sessionId === null && (
          <p class="muted">No session is noted, or somebody else has changed the fact since.</p>
        )}
      </section>
    </>
  )
}

/** Leads to the run where it survives. */
function RunFact({ database, runId }: { readonly database: Database; readonly runId: string }) {
  if (!database.hasRuns) return <Fact name="Run" value={runId} />
  return <Fact name="Run" value={runId} to={runsAddressOf(database.slug, { filter: {}, runId })} />
}

function LinkBody({ slug, link }: { readonly slug: string; readonly link: Link }) {
  const { src, rel, dst, source, createdAt } = link
  const linksOf = (entity: string) =>
    memoryAddressOf(slug, { filter: { kind: 'links', text: entity }, path: [] })
  return (
    <dl class="detail-facts">
      <Fact name="From" value={src.name} to={linksOf(src.name)} />
      <Fact name="Link" value={rel} />
      <Fact name="To" value={dst.name} to={linksOf(dst.name)} />
      {source !== null && <Fact name="Noted by" value={source} />}
      <Fact name="Noted" value={dateTime(createdAt)} />
    </dl>
  )
}

function WorkingBody({ database, entry }: { readonly database: Database; readonly entry: WorkingEntry }) {
  const { runId, json, expiresAt } = entry
  return (
    <>
      <JsonView value={json} />
      <dl class="detail-facts">
        <RunFact database={database} runId={runId} />
        <Fact name="Expires" value={dateTime(expiresAt)} />
      </dl>
    </>
  )
}
