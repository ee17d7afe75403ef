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
    .addHelpText('after', `\nExample${examples.length === 1 ? '' : 's'}:\n${lines}`)
}

export function withJson(command: Command, what = 'one JSON value, for programs'): Command {
  return command.option('--json', `print ${what}`)
}
