import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { PeerError } from '../../app/base/errors.ts'
import { createTitleDraft } from './title-draft.ts'

const bench = (answer: (title: string) => Promise<void> = async () => undefined) => {
  const sent: string[] = []
  const draft = createTitleDraft({ send: (title) => (sent.push(title), answer(title)), onChange: () => undefined })
  return { draft, sent }
}

test('a title is sent after a pause, once, trimmed', async ({ mock }) => {
  mock.timers.enable({ apis: ['setTimeout'] })
  const { draft, sent } = bench()
  draft.type('Sho')
  draft.type('Shopping ')
  assert.equal(draft.isUnsaved(), true)
  mock.timers.tick(400)
  await turn()
  assert.deepEqual(sent, ['Shopping'])
  assert.equal(draft.isUnsaved(), false)
  draft.stop()
})

test('what is typed while one is under way is sent after it', async () => {
  const { draft, sent } = bench()
  draft.type('a')
  draft.flush()
  draft.type('ab')
  draft.flush()
  await turn()
  assert.deepEqual(sent, ['a', 'ab'])
  draft.stop()
})

test('a title typed while the connection is lost is kept, and goes with the next flush', async () => {
  let isLost = true
  const { draft, sent } = bench(async () => {
    if (isLost) throw new PeerError('API_CHANNEL_CLOSED')
  })
  draft.type('Kept')
  draft.flush()
  await turn()
  assert.equal(draft.isUnsaved(), true)
  isLost = false
  draft.flush()
  await turn()
  assert.equal(draft.isUnsaved(), false)
  assert.deepEqual(sent, ['Kept', 'Kept'])
  draft.stop()
})

test('an empty title is never sent', async () => {
  const { draft, sent } = bench()
  draft.type('  ')
  draft.flush()
  assert.deepEqual(sent, [])
  draft.stop()
})

test('a title that the peer refuses for good is told, and no longer counts as typing to wait for', async () => {
  const { draft } = bench(() => Promise.reject(new PeerError('DOCUMENTS_TITLE_INVALID')))
  draft.type('x')
  draft.flush()
  await turn()
  assert.equal(draft.code(), 'DOCUMENTS_TITLE_INVALID')
  assert.equal(draft.isUnsaved(), false)
  draft.stop()
})
