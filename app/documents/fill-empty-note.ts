import * as Y from 'yjs'

/** A note in which nobody has written yet is one empty paragraph: the first line goes into it, by `edit`.
 *  Answers whether it was so. */
export const fillEmptyNote = (content: Y.XmlFragment, text: string, edit: (fill: () => void) => void): boolean => {
  const [group, ...others] = content.toArray()
  const [container, ...more] = group instanceof Y.XmlElement ? group.toArray() : []
  const [paragraph, ...below] = container instanceof Y.XmlElement ? container.toArray() : []
  const isEmpty = paragraph instanceof Y.XmlElement && paragraph.nodeName === 'paragraph' && paragraph.length === 0
  if (!isEmpty || others.length + more.length + below.length > 0) return false
  if (text !== '') edit(() => paragraph.insert(0, [new Y.XmlText(text)]))
  return true
}
