import * as Y from 'yjs'

/** Where appended blocks go among the outermost ones: before the empty paragraph that the editor keeps at the end of every note.
 *  That paragraph is never written into: two machines that did so at once would join their lines into one. */
export const endOfNote = (content: Y.XmlFragment): number => {
  const group = content.toArray().find((child): child is Y.XmlElement => child instanceof Y.XmlElement && child.nodeName === 'blockGroup')
  if (group === undefined) return 0
  const last = group.get(group.length - 1)
  const [paragraph, ...below] = last instanceof Y.XmlElement ? last.toArray() : []
  const isEmpty = paragraph instanceof Y.XmlElement && paragraph.nodeName === 'paragraph' && paragraph.length === 0
  return isEmpty && below.length === 0 ? group.length - 1 : group.length
}
