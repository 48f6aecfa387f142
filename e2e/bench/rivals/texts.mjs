/** The documents that every rival serves: the same that main/bench/generate.ts makes for us. */
import { readFileSync } from 'node:fs'
import * as Y from 'yjs'

const LOREM = 'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua '
export const noteText = (index, bytes) => `note ${index} ${LOREM.repeat(Math.ceil(bytes / LOREM.length))}`.slice(0, bytes)

export const readEdits = (file) => JSON.parse(readFileSync(file, 'utf8'))

/** plan: { kind: 'notes', count, noteBytes } or { kind: 'trace', edits }; gives [name, fill(doc)] for each document. */
export const documentsOf = (plan) =>
  plan.kind === 'notes'
    ? Array.from({ length: plan.count }, (_, index) => [`d${index}`, (doc) => doc.getText('t').insert(0, noteText(index, plan.noteBytes))])
    : [['trace', fillTrace(readEdits(plan.edits))]]

const fillTrace = (edits) => (doc) => {
  const text = doc.getText('t')
  doc.transact(() => {
    for (const [position, deleted, inserted] of edits) {
      if (deleted > 0) text.delete(position, deleted)
      if (inserted !== '') text.insert(position, inserted)
    }
  })
}

export const updateOf = (fill) => {
  const doc = new Y.Doc()
  fill(doc)
  return Y.encodeStateAsUpdate(doc)
}
