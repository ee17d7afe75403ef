import { styleText } from 'node:util'

type Format = Parameters<typeof styleText>[0]

/** Coloured where standard output is a terminal that shows colours, and NO_COLOR is not set. */
const style = (format: Format) => (text: string) => styleText(format, text)

export const bold = style('bold')
export const dim = style('dim')
export const red = style('red')
export const green = style('green')
export const yellow = style('yellow')
export const cyan = style('cyan')
export const magenta = style('magenta')
export const highlighted = style(['bold', 'yellow'])
