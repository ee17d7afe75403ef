// biome-ignore-all lint/suspicious/noTsIgnore: Which of the two lines is an error depends on what is installed.

/** @ts-ignore A program may have only the core. */
import type * as Whole from '@openai/agents'
/** @ts-ignore A program may have only the whole, and its core out of sight. */
import type * as Core from '@openai/agents-core'

/** An item, as the Agents SDK of the program types it: `@openai/agents`, or the core where that is not installed. */
export type AgentInputItem =
  IsAny<Whole.AgentInputItem> extends true ? Core.AgentInputItem : Whole.AgentInputItem

/** A session, as the Agents SDK of the program types it. */
export type Session = IsAny<Whole.Session> extends true ? Core.Session : Whole.Session

// A type of a package that is not installed is `any`. The tuples are needed: compared by itself, it stays `any`.
type IsAny<T> = [0] extends [1 & T] ? true : false
