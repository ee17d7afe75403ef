const INSTALL = /^```sh\nnpm install (--global )?([^\n#]+?)( +#[^\n]*)?\n```$/gm

/** The same page, with tabs for the package managers where a block of code installs something and does nothing else. */
export function withPackageManagers(markdown: string): string {
  return markdown.replace(INSTALL, (_, global: string | undefined, packages: string, remark = '') => {
    const commands = {
      npm: `npm install ${global ?? ''}${packages}`,
      pnpm: `pnpm add ${global ?? ''}${packages}`,
      yarn: global ? `yarn global add ${packages}` : `yarn add ${packages}`,
      bun: `bun add ${global ?? ''}${packages}`,
    }
    const tabs = Object.entries(commands).map(
      ([name, command]) => `\`\`\`sh [${name}]\n${command}${remark}\n\`\`\``,
    )
    return `::: code-group\n\n${tabs.join('\n\n')}\n\n:::`
  })
}
