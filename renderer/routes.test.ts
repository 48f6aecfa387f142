import assert from 'node:assert/strict'
import { test } from 'node:test'
import { documentId, workspaceId } from '../app/base/ids.ts'
import { hrefOf, parseRoute, type Route } from './routes.ts'

const workspace = workspaceId('ab'.repeat(32))
const document = documentId('cd'.repeat(16))

test('every place has an address that leads back to it', () => {
  const places: Route[] = [
    { kind: 'home' },
    { kind: 'add' },
    { kind: 'notes', workspace, document: null },
    { kind: 'trash', workspace, document },
    { kind: 'machines', workspace },
    { kind: 'settings', workspace },
  ]
  for (const place of places) assert.deepEqual(parseRoute(hrefOf(place)), place)
})

test('a damaged address leads home', () => {
  for (const hash of ['', '#', '#/w/xyz/notes', `#/w/${workspace}/elsewhere`, `#/w/${workspace}/notes/12`, '#t=secret'])
    assert.deepEqual(parseRoute(hash), { kind: 'home' })
})
