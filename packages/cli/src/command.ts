import type { Command } from 'commander'

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

/** Enough for the list of commands. */
function firstPart(description: string): string {
  return description.split(/[.:;] |\.$/, 1)[0] ?? description
}
