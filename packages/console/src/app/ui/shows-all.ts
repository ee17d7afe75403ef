import { createContext } from 'preact'

/** Whether long texts are shown as a whole without being asked: what was found may be anywhere in them. */
export const ShowsAll = createContext(false)
