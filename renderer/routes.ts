/** Where in the app this window is, kept in the URL's fragment: a reload and the back button both work. */
import { useSyncExternalStore } from 'react'
import { documentId, workspaceId, type DocumentId, type WorkspaceId } from '../app/base/ids.ts'

export type Route =
  /** Wherever this machine was last. */
  | { readonly kind: 'home' }
  /** Create or join another workspace. */
  | { readonly kind: 'add' }
  | { readonly kind: 'notes' | 'trash'; readonly workspace: WorkspaceId; readonly document: DocumentId | null }
  | { readonly kind: 'machines' | 'settings'; readonly workspace: WorkspaceId }

/** Within a workspace. */
export type WorkspaceRoute = Extract<Route, { workspace: unknown }>
/** In its notes or its trash. */
export type NotesRoute = Extract<Route, { document: unknown }>

export const parseRoute = (hash: string): Route => {
  const [, place, id, page, document] = hash.replace(/^#/, '').split('/')
  if (place === 'add') return { kind: 'add' }
  if (place !== 'w') return { kind: 'home' }
  try {
    const workspace = workspaceId(id)
    if (page === 'machines' || page === 'settings') return { kind: page, workspace }
    if (page === 'notes' || page === 'trash') {
      return { kind: page, workspace, document: document === undefined ? null : documentId(document) }
    }
  } catch {
    // A damaged address leads home.
  }
  return { kind: 'home' }
}

export const hrefOf = (route: Route): string => {
  switch (route.kind) {
    case 'home':
      return '#/'
    case 'add':
      return '#/add'
    case 'machines':
    case 'settings':
      return `#/w/${route.workspace}/${route.kind}`
    case 'notes':
    case 'trash':
      return `#/w/${route.workspace}/${route.kind}${route.document === null ? '' : `/${route.document}`}`
  }
}

const subscribe = (listener: () => void) => {
  addEventListener('hashchange', listener)
  return () => removeEventListener('hashchange', listener)
}

let parsed: { readonly hash: string; readonly route: Route } = { hash: '', route: { kind: 'home' } }
const current = (): Route => {
  if (parsed.hash !== location.hash) parsed = { hash: location.hash, route: parseRoute(location.hash) }
  return parsed.route
}

export const useRoute = (): Route => useSyncExternalStore(subscribe, current)

export const navigate = (route: Route): void => {
  location.hash = hrefOf(route)
}

/** Without a step in the history: for a place that leads elsewhere by itself. */
export const redirect = (route: Route): void => location.replace(hrefOf(route))
