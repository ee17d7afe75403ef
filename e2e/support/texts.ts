export const PRODUCTS = [
  'espresso machine',
  'desk lamp',
  'router',
  'bicycle light',
  'kettle',
  'label printer',
]

export const CITIES = ['Oslo', 'Porto', 'Kyoto', 'Leeds', 'Quito', 'Tartu', 'Graz']

export const ANSWERS = [
  `Here is what you ordered:

| Product | Quantity | Price |
| --- | --: | --: |
| Espresso machine | 1 | 249.00 |
| Cleaning tablets | 2 | 12.50 |

The **invoice** is in your account. Is there anything else?`,
  `Let us go through it step by step:

1. Unplug the device and wait for *ten seconds*.
2. Press the button at the back until the light blinks.
3. Plug it in again.

\`\`\`sh
device reset --wait 10
\`\`\`

If it stays dark after that, tell me which light is on.`,
  `That helps. Two things can cause this:

- the fuse inside the plug, which is easy to replace
- the power supply, which is covered by the **warranty**

> The warranty runs for 24 months from the date of the invoice.

See the [manual](https://example.com/manual) for pictures.`,
  'Done. You will get a message as soon as it has left our warehouse.',
]

export const WHO = ['customer', 'slack', 'web', 'phone', 'partner', 'trial']
