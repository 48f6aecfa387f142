/** A document's Yjs tree as plain objects. */
import * as Y from 'yjs'
import { NOTE_DEPTH_MAX } from '../base/limits.ts'

/** The root of a note: what BlockNote's editor is bound to. */
export const CONTENT = 'content'
/** A block takes three levels of the tree, and a table some more. */
const LEVELS_MAX = 3 * NOTE_DEPTH_MAX + 8

export interface TreeNode {
  readonly type: string
  readonly attributes: Readonly<Record<string, unknown>>
  /** Text of a text node, else the nodes inside. */
  readonly content: string | readonly TreeNode[]
}

/** Deeper than LEVELS_MAX a hostile tree is cut. */
export const treeOf = (fragment: Y.XmlFragment): TreeNode => ({ type: 'doc', attributes: {}, content: childrenOf(fragment, 0) })

const childrenOf = (parent: Y.XmlFragment, level: number): TreeNode[] => {
  if (level >= LEVELS_MAX) return []
  return parent.toArray().flatMap((child): TreeNode[] => {
    if (child instanceof Y.XmlText) return textNodes(child)
    if (!(child instanceof Y.XmlElement)) return []
    return [{ type: child.nodeName, attributes: sorted(child.getAttributes()), content: childrenOf(child, level + 1) }]
  })
}

const textNodes = (text: Y.XmlText): TreeNode[] =>
  (text.toDelta() as { insert: unknown; attributes?: Record<string, unknown> }[])
    .filter(({ insert }) => typeof insert === 'string')
    .map(({ insert, attributes }) => ({ type: 'text', attributes: sorted(attributes ?? {}), content: insert as string }))

const sorted = (attributes: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)))
