/** The editor deletes, for everybody, any block that its schema forbids. Concurrent edits of honest people make such blocks: two who give
 *  one block two types leave two contents in it; two who indent one block leave its new parent with two groups of children, and the
 *  editor then deletes that parent and all that is in it. This makes the tree whole before an editor sees it. */
import * as Y from 'yjs'

/** Heals a note, in a transaction of its own. Call it before an editor opens the note.
 *  Two who heal at once converge: what both add is equal, and equal blocks with one id become one.
 *  @returns whether anything was broken */
export const healNote = (fragment: Y.XmlFragment): boolean => heal(fragment, [fragment])

/** Heals whatever the transactions of others break before any observer runs: no editor sees it broken. Healing is a local
 *  transaction with null as its origin, to be sent on like typing.
 *  @returns what stops it */
export const keepWhole = (fragment: Y.XmlFragment): (() => void) => {
  const doc = fragment.doc!
  const check = (transaction: Y.Transaction) => {
    if (transaction.local) return
    const changed: Y.XmlFragment[] = []
    for (const type of transaction.changed.keys() as Iterable<unknown>) if (type instanceof Y.XmlFragment) changed.push(type)
    if (changed.length > 0) heal(fragment, changed)
  }
  doc.on('beforeObserverCalls', check)
  return () => doc.off('beforeObserverCalls', check)
}

const GROUP = 'blockGroup'
const CONTAINER = 'blockContainer'
/** Types whose whole worth is their text: of two with one text, either will do. */
const TEXT = new Set(['paragraph', 'heading', 'bulletListItem', 'numberedListItem', 'checkListItem', 'toggleListItem', 'quote', 'codeBlock'])

const heal = (fragment: Y.XmlFragment, changed: readonly Y.XmlFragment[]): boolean =>
  fragment.doc!.transact((transaction) => {
    const left = [...changed]
    for (let type = left.pop(); type; type = left.pop()) {
      if (type._item?.deleted) continue
      if (type === fragment || isNamed(type, CONTAINER)) mergeGroups(type)
      if (isNamed(type, CONTAINER)) healContents(type, left)
      if (isNamed(type, GROUP)) healGroup(type, fragment)
      for (const child of elementsOf(type)) if (isNamed(child, GROUP) || isNamed(child, CONTAINER)) left.push(child)
    }
    return transaction.changed.size > 0
  })

/** One group of children: the first takes in what only the others have. */
const mergeGroups = (parent: Y.XmlFragment): void => {
  const [kept, ...others] = elementsOf(parent).filter((child) => isNamed(child, GROUP))
  for (const other of others) {
    const known = new Set(elementsOf(kept!).map(plain))
    for (const container of elementsOf(other)) if (!known.has(plain(container))) kept!.push([clone(container)])
    remove(other)
  }
}

/** One content, and first: others become blocks behind it, unless they say the same. */
const healContents = (container: Y.XmlElement, left: Y.XmlFragment[]): void => {
  const children = elementsOf(container)
  const [kept, ...others] = children.filter((child) => !isNamed(child, GROUP))
  const id = String(container.getAttribute('id') ?? '')
  for (const [index, other] of others.entries()) {
    if (!saysTheSame(kept!, other)) insertBehind(container, containerOf(`${id}.${index + 1}`, clone(other)))
    remove(other)
  }
  if (children.length === 0) {
    if (isNamed(container.parent, GROUP)) left.push(container.parent)
    return remove(container)
  }
  if (kept === children[0]) return
  container.insert(0, [kept ? clone(kept) : emptyParagraph()])
  if (kept) remove(kept)
}

/** No block twice, and at least one. */
const healGroup = (group: Y.XmlElement, fragment: Y.XmlFragment): void => {
  const seen = new Map<unknown, Y.XmlElement>()
  for (const child of elementsOf(group)) {
    const id = child.getAttribute('id')
    const before = seen.get(id)
    if (before === undefined) seen.set(id, child)
    else if (plain(before) === plain(child)) remove(child)
  }
  if (group.length > 0) return
  if (group.parent === fragment) group.insert(0, [containerOf('initialBlockId', emptyParagraph())])
  else remove(group)
}

const elementsOf = (parent: Y.XmlFragment): Y.XmlElement[] =>
  parent.toArray().filter((child): child is Y.XmlElement => child instanceof Y.XmlElement)

const isNamed = (type: unknown, name: string): type is Y.XmlElement => type instanceof Y.XmlElement && type.nodeName === name

const remove = (element: Y.XmlElement): void => {
  const parent = element.parent as Y.XmlFragment
  parent.delete(parent.toArray().indexOf(element), 1)
}

const insertBehind = (element: Y.XmlElement, other: Y.XmlElement): void => {
  const parent = element.parent as Y.XmlFragment
  parent.insert(parent.toArray().indexOf(element) + 1, [other])
}

const saysTheSame = (a: Y.XmlElement, b: Y.XmlElement): boolean =>
  TEXT.has(a.nodeName) && TEXT.has(b.nodeName) ? a.toArray().map(plain).join() === b.toArray().map(plain).join() : plain(a) === plain(b)

/** Everything in it, as text to compare. */
const plain = (type: unknown): string => {
  const parts: unknown[] = []
  const left: [unknown, number][] = [[type, 0]]
  for (let next = left.pop(); next; next = left.pop()) {
    const [node, depth] = next
    if (node instanceof Y.XmlText) parts.push([depth, node.toDelta()])
    if (!(node instanceof Y.XmlElement)) continue
    parts.push([depth, node.nodeName, Object.entries(node.getAttributes()).sort(([a], [b]) => (a < b ? -1 : 1))])
    for (const child of node.toArray().reverse()) left.push([child, depth + 1])
  }
  return JSON.stringify(parts)
}

type Child = Y.XmlElement | Y.XmlText
const element = (name: string, attributes: Readonly<Record<string, unknown>>, children: Child[]): Y.XmlElement => {
  const made = new Y.XmlElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value as string)
  made.insert(0, children)
  return made
}
const containerOf = (id: string, content: Y.XmlElement): Y.XmlElement => element(CONTAINER, { id }, [content])
const emptyParagraph = (): Y.XmlElement => element('paragraph', { backgroundColor: 'default', textColor: 'default', textAlignment: 'left' }, [])

/** Yjs's own `clone` loses attributes that are no text. */
const clone = (source: Y.XmlElement): Y.XmlElement =>
  element(
    source.nodeName,
    source.getAttributes() as Record<string, unknown>,
    (source.toArray() as Child[]).map((child) => (child instanceof Y.XmlText ? cloneText(child) : clone(child))),
  )

const cloneText = (source: Y.XmlText): Y.XmlText => {
  const text = new Y.XmlText()
  text.applyDelta(source.toDelta() as unknown[])
  return text
}
