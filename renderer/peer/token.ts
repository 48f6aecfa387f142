/** The page's key to its peer: it arrives in the URL's fragment, which no server sees, and leaves it at once. */

const STORAGE_KEY = 'lanyard.token'
const FRAGMENT = /^#t=([0-9A-Za-z_-]{1,200})$/

export interface TokenPlaces {
  readonly location: { readonly hash: string; readonly pathname: string; readonly search: string }
  readonly history: { replaceState(state: unknown, unused: string, url: string): void }
  /** Of this tab: it survives a reload and not the tab. */
  readonly session: Pick<Storage, 'getItem' | 'setItem'>
}

/** The token, or null when this page was not opened from an address that Lanyard printed. */
export const takeToken = ({ location, history, session }: TokenPlaces): string | null => {
  const fresh = FRAGMENT.exec(location.hash)?.[1]
  if (fresh === undefined) return session.getItem(STORAGE_KEY)
  session.setItem(STORAGE_KEY, fresh)
  history.replaceState(null, '', location.pathname + location.search)
  return fresh
}
