import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { DocumentView } from '../../app/api/views.ts'
import { documentId } from '../../app/base/ids.ts'
import { fileNames, stemOf } from './file-names.ts'

const note = (number: number, title: string): DocumentView => ({
  document: documentId(number.toString(16).padStart(8, '0').repeat(4)),
  kind: 'note', title, createdMs: 0, changedMs: 0, changedBy: '', trashed: false, readOnly: false, here: true, waitingFor: [],
})

const namesOf = (...titles: string[]) => [...fileNames(titles.map((title, index) => note(index, title))).values()]

test('a title becomes a name that every file system takes', () => {
  const expected: Record<string, string> = {
    'Plan for May': 'Plan for May',
    '../../etc/passwd': 'etc passwd',
    'a/b\\c:d*e?"f<g>h|i': 'a b c d e f g h i',
    '  .hidden. ': 'hidden',
    'con': 'con_',
    'Lpt1.txt': 'Lpt1.txt_',
    '': 'Untitled',
    '...': 'Untitled',
    '-rf': 'rf',
    'line\nbreak\u0000\u202e': 'line break',
    '議事録 🌱': '議事録 🌱',
  }
  for (const [title, stem] of Object.entries(expected)) assert.equal(stemOf(title), stem, JSON.stringify(title))
})

test('notes of one title, or of titles that differ in case or accents’ spelling only, carry the beginning of their id', () => {
  assert.deepEqual(namesOf('Plan', 'plan', 'Other'), ['Plan (00000000).md', 'plan (00000001).md', 'Other.md'])
  assert.deepEqual(namesOf('e\u0301', 'é'), ['é (00000000).md', 'é (00000001).md'])
  assert.deepEqual(namesOf('Plan', 'Plan', 'Plan (00000000)'), ['Plan (00000000).md', 'Plan (00000001).md', 'Plan (00000000) (00000002).md'])
})

test('names differ for all titles, are short, stay in their folder, and do not depend on the order of the notes', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.constantFrom('A', 'a', 'A (00000001)', '')), { maxLength: 12 }), (titles) => {
      const notes = titles.map((title, index) => note(index, title))
      const names = fileNames(notes)
      const folded = [...names.values()].map((name) => name.normalize('NFC').toLowerCase())
      assert.equal(new Set(folded).size, notes.length)
      for (const name of names.values()) assert.ok(Buffer.byteLength(name) <= 140 && !/[/\\\u0000]|^\./.test(name), name)
      assert.deepEqual(new Map([...fileNames([...notes].reverse())].sort()), new Map([...names].sort()))
    }),
    { numRuns: 500, seed: 3 },
  )
})
