import type { BaseMessage } from '@langchain/core/messages'
import type { RunnableConfig } from '@langchain/core/runnables'
import type { Checkpoint } from '@langchain/langgraph-checkpoint'
import type { AgentInputItem } from '@openai/agents-core'
import Database from 'better-sqlite3'
import { flush } from '../database-files.ts'
import { TURN } from '../items.ts'
import { packageVersions } from '../versions.ts'
import { type Store, sharedStoreFile, storeContestant } from './store.ts'
import type { SkippedSystem, System } from './system.ts'

export const LANGGRAPH = 'LangGraph SqliteSaver'

export async function langgraphSystem(): Promise<System | SkippedSystem> {
  try {
    await (await openStore(':memory:')).session('probe').addItems(TURN)
  } catch (error) {
    return { name: LANGGRAPH, skipped: `does not run here: ${error}` }
  }
  return {
    name: LANGGRAPH,
    durability: 'process crash (NORMAL)',
    versions: packageVersions(
      '@langchain/langgraph-checkpoint-sqlite',
      '@langchain/langgraph-checkpoint',
      '@langchain/core',
    ),
    unable: (workload) =>
      workload.startsWith('latest') ? 'a thread is one value: it cannot read a part' : undefined,
    shared: sharedStoreFile('langgraph', openStore),

    async open({ sessions, folder }) {
      const file = `${folder}/langgraph.db`
      await fill(file, sessions)
      return storeContestant(await openStore(file))
    },
  }
}

const UNDO = `DELETE FROM checkpoints WHERE thread_id = ? AND checkpoint_id =
  (SELECT max(checkpoint_id) FROM checkpoints WHERE thread_id = ?)`

/**
 * A thread's messages are one channel, and a turn is one checkpoint. An agent saves more of them, one for each step.
 * The package asks for an older better-sqlite3 that does not run on this Node; it takes an open database as well.
 */
export async function openStore(file: string): Promise<Store> {
  const { emptyCheckpoint, uuid6 } = await import('@langchain/langgraph-checkpoint')
  const { SqliteSaver } = await import('@langchain/langgraph-checkpoint-sqlite')
  const toMessages = await messageFactory()
  const db = new Database(file)
  const saver = new SqliteSaver(db)

  async function load(thread: string): Promise<State> {
    const config = { configurable: { thread_id: thread, checkpoint_ns: '' } }
    const tuple = await saver.getTuple(config)
    const checkpoint = tuple?.checkpoint ?? emptyCheckpoint()
    return {
      config: tuple?.config ?? config,
      checkpoint,
      messages: (checkpoint.channel_values['messages'] ?? []) as BaseMessage[],
    }
  }

  return {
    session(thread) {
      // As in a running graph, which keeps its state between steps.
      let state: State | undefined
      let before: State | undefined
      return {
        async getItems() {
          state = await load(thread)
          return state.messages
        },

        async addItems(items) {
          before = state ?? (await load(thread))
          const { config, checkpoint, messages } = before
          const version = Number(checkpoint.channel_versions['messages'] ?? 0) + 1
          const next = {
            ...checkpoint,
            id: uuid6(version),
            ts: new Date().toISOString(),
            channel_values: { messages: [...messages, ...toMessages(items)] },
            channel_versions: { messages: version },
          }
          const metadata = { source: 'loop' as const, step: version, parents: {} }
          await saver.put(config, next, metadata)
          state = undefined
        },

        async undo() {
          db.prepare(UNDO).run(thread, thread)
          state = before
        },
      }
    },

    close() {
      db.close()
    },
  }
}

interface State {
  readonly config: RunnableConfig
  readonly checkpoint: Checkpoint
  readonly messages: readonly BaseMessage[]
}

/** One checkpoint for each thread; threads of equal size are copies. */
async function fill(file: string, sessions: readonly { id: string; items: number }[]) {
  const db = new Database(file)
  db.pragma('journal_mode = wal')
  db.pragma('synchronous = off')
  const store = await openStore(file)
  await store.session('').getItems()
  const templates = new Map<number, string>()
  for (const { id, items } of sessions) {
    const template = templates.get(items)
    if (template === undefined) {
      await store
        .session(id)
        .addItems(Array.from({ length: items }, (_, index) => TURN[index % TURN.length]!))
      templates.set(items, id)
    }
  }
  const copy = db.prepare(
    `INSERT OR IGNORE INTO checkpoints
       SELECT :id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, checkpoint, metadata
       FROM checkpoints WHERE thread_id = :template`,
  )
  db.transaction(() => {
    for (const { id, items } of sessions) copy.run({ id, template: templates.get(items) })
  })()
  await store.close()
  db.close()
  flush(file)
}

/** The same content in LangChain's message classes. */
async function messageFactory() {
  const { AIMessage, HumanMessage, ToolMessage } = await import('@langchain/core/messages')
  const known = new WeakMap<AgentInputItem[], BaseMessage[]>()

  function toMessage(item: AgentInputItem): BaseMessage {
    const id = item.id!
    if (item.type === 'function_call') {
      const call = { id: item.callId, name: item.name, args: { query: item.arguments } }
      return new AIMessage({ id, content: '', tool_calls: [call] })
    }
    if (item.type === 'function_call_result') {
      return new ToolMessage({ id, content: textOf(item.output), tool_call_id: item.callId, name: item.name })
    }
    if ('role' in item && item.role === 'assistant')
      return new AIMessage({ id, content: textOf(item.content) })
    return new HumanMessage({ id, content: 'content' in item ? textOf(item.content) : '' })
  }

  return (items: AgentInputItem[]) => {
    const messages = known.get(items) ?? items.map(toMessage)
    known.set(items, messages)
    return messages
  }
}

function textOf(content: unknown): string {
  const [part] = Array.isArray(content) ? content : [content]
  return typeof part === 'string' ? part : (part as { text: string }).text
}
