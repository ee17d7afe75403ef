import type { Command } from 'commander'
import { since, until } from './arguments.ts'

/** A command with its description and examples. */
export function defineCommand(
  parent: Command,
  usage: string,
  description: string,
  examples: readonly string[],
): Command {
  const lines = examples.map((example) => `  $ ${example}`).join('\n')
  return parent
    .command(usage)
    .description(description)
    .summary(firstPart(description))
    .addHelpText('after', `\nExample${examples.length === 1 ? '' : 's'}:\n${lines}`)
}

export function addJsonOption(command: Command, what = 'one JSON value, for programs'): Command {
  return command.option('--json', `print ${what}`)
}

/** Choose by time what is listed or summed. */
export function addTimeOptions(command: Command): Command {
  return command
    .option('--since <time>', 'only since: a day or time in UTC, or a duration ago, such as 7d', since)
    .option('--until <time>', 'only until then; a day counts to its end', until)
}

/** Enough for the list of commands. */
function firstPart(description: string): string {
  return description.split(/[.:;] |\.$/, 1)[0] ?? description
}
