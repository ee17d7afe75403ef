/** The anchor of a heading, as GitHub makes it, so that links work in the repository and on the site. */
export function slug(heading: string): string {
  const words = heading.trim().toLowerCase()
  return words.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-')
}
