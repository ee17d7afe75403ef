/** What changes in nothing but its case. Most texts are nothing else, and this is many times faster. */
const PLAIN =
  /^[\t\n\r -~\u0410-\u044f\u05d0-\u05ea\u2013\u2014\u2018-\u201d\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u9fff\uac00-\ud7a3]*$/

/** Letters, and the marks behind them without which people write the same word. */
const ACCENTED =
  /(?<=(?!\p{M})[\p{Script=Latin}\p{Script=Greek}\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}])\p{M}+/gu
const ACCENTS =
  /(?=\p{M})[\p{Script=Inherited}\p{Script=Latin}\p{Script=Greek}\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}]/gu
/** Other such marks. Those that are neither make other letters: が, ไม้, हिंदी. */
const MARKS = new RegExp(
  [
    // In Cyrillic ё and stresses. With the marks of й, ў, ї, ѓ and ќ the word is another one: мой, мои.
    String.raw`\u0308(?<=[\u0415\u0435].)`,
    String.raw`[\u0300\u0301](?<=(?![\u0413\u0433\u041a\u043a])\p{Script=Cyrillic}.)`,
    // The dot below letters of Devanagari.
    String.raw`\u093c`,
    // Variants of symbols.
    String.raw`[\ufe00-\ufe0f]`,
  ].join('|'),
  'gu',
)
/** Characters that are not seen, and the stroke that makes an Arabic word longer. */
const UNSEEN = /[\p{Cf}\u0640]/gu

/** Letters that people write for each other, where Unicode has no rule for it. */
const SAME: Readonly<Record<string, string>> = {
  ...{ ß: 'ss', ς: 'σ', ı: 'i', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', ł: 'l', þ: 'th' },
  ...{ ى: 'ي', ی: 'ي', ک: 'ك', ة: 'ه', ʼ: "'", '’': "'", '‐': '-' },
  ...Object.fromEntries(Array.from({ length: 10 }, (_, n) => [String.fromCharCode(0x660 + n), String(n)])),
  ...Object.fromEntries(Array.from({ length: 10 }, (_, n) => [String.fromCharCode(0x6f0 + n), String(n)])),
  ...Object.fromEntries(Array.from({ length: 10 }, (_, n) => [String.fromCharCode(0x966 + n), String(n)])),
}
const LETTERS = new RegExp(`[${Object.keys(SAME).join('')}]`, 'gu')

/**
 * The normal form in which texts are compared: without the differences of case (`ß` is `ss`), of how Unicode composes
 * a character, of width and other compatibility forms, and without accents, vowel points and characters that are not
 * seen. Takes any string; the result may be empty, and is its own normal form.
 */
export function foldText(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase().replaceAll('’', "'")
  return text
    .normalize('NFKD')
    .replace(UNSEEN, '')
    .replace(ACCENTED, (marks) => marks.replace(ACCENTS, ''))
    .replace(MARKS, '')
    .toLowerCase()
    .replace(LETTERS, (letter) => SAME[letter]!)
    .normalize('NFC')
}

/** A character with what may join it to one when it is composed. */
const CLUSTER = /[\s\S][\p{M}\p{Cf}\u1160-\u11ff\u3131-\u318e\uff9e-\uffdc]*/gu

/** Where in a text a part of its {@link foldText} is, in whole characters. */
export function unfoldRange(text: string, start: number, end: number): { start: number; end: number } {
  let from: number | undefined
  let place = 0
  let folded = 0
  for (const [cluster] of text.matchAll(CLUSTER)) {
    folded += foldText(cluster).length
    if (folded > start) from ??= place
    place += cluster.length
    if (folded >= end && from !== undefined) break
  }
  return { start: from ?? place, end: place }
}
