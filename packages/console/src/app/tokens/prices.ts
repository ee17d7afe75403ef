import { parseTokenPrices, type TokenPrices } from '@persql/session-core'
import { useEffect, useState } from 'preact/hooks'

const KEY = 'persql-console-prices'
const CHANGED = 'persql-prices'

/** What models cost, as the user has said, kept in this browser. */
export function usePrices(): TokenPrices {
  const [prices, setPrices] = useState(readPrices)
  useEffect(() => {
    const update = () => setPrices(readPrices())
    for (const event of [CHANGED, 'storage']) addEventListener(event, update)
    return () => {
      for (const event of [CHANGED, 'storage']) removeEventListener(event, update)
    }
  }, [])
  return prices
}

export function writePrices(prices: TokenPrices): void {
  localStorage.setItem(KEY, JSON.stringify(prices))
  dispatchEvent(new Event(CHANGED))
}

function readPrices(): TokenPrices {
  try {
    return parseTokenPrices(localStorage.getItem(KEY) ?? '{}')
  } catch {
    return {}
  }
}
