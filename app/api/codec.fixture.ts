/** Well-formed requests and damage to them, for the tests of every part that reads from a screen. */
import { documentId, workspaceId } from '../base/ids.ts'
import type { Request } from './codec.ts'

export const exampleWorkspace = workspaceId('a'.repeat(64))
export const exampleDocument = documentId('b'.repeat(32))

const workspace = exampleWorkspace
const document = exampleDocument

/** One well-formed request of every kind. */
export const exampleRequests: readonly Request[] = [
  { id: 1, kind: 'status', takes: {} },
  { id: 2, kind: 'peers', takes: {} },
  { id: 3, kind: 'connect', takes: { address: '192.168.1.7:4001' } },
  { id: 4, kind: 'machine.rename', takes: { name: 'Kitchen laptop' } },
  { id: 5, kind: 'workspace.create', takes: { name: 'Garden' } },
  { id: 6, kind: 'workspace.invite', takes: { workspace } },
  { id: 7, kind: 'workspace.join', takes: { link: 'lanyard://join/x#y', timeoutMs: 60_000 } },
  { id: 8, kind: 'workspace.leave', takes: { workspace } },
  { id: 9, kind: 'document.list', takes: { workspace, trash: false } },
  { id: 10, kind: 'document.create', takes: { workspace, title: 'Plan', markdown: '# Plan' } },
  { id: 11, kind: 'document.rename', takes: { workspace, document, title: 'Plans' } },
  { id: 12, kind: 'document.append', takes: { workspace, document, text: 'more' } },
  { id: 13, kind: 'document.trash', takes: { workspace, document } },
  { id: 14, kind: 'document.restore', takes: { workspace, document } },
  { id: 15, kind: 'document.markdown', takes: { workspace, document } },
  { id: 16, kind: 'document.json', takes: { workspace, document } },
  { id: 17, kind: 'document.where', takes: { workspace, document } },
  { id: 18, kind: 'document.attach', takes: { workspace, document } },
  { id: 19, kind: 'document.update', takes: { workspace, document, update: new Uint8Array([1, 2, 3]) } },
  { id: 20, kind: 'document.detach', takes: { workspace, document } },
  { id: 21, kind: 'presence.set', takes: { workspace, document, state: null } },
  { id: 22, kind: 'nearby.open', takes: { workspace, minutes: 10 } },
  { id: 23, kind: 'nearby.close', takes: { workspace } },
  { id: 24, kind: 'nearby.answer', takes: { workspace, asker: 'c'.repeat(32), welcome: true } },
  { id: 25, kind: 'nearby.look', takes: { durationMs: 15_000 } },
  { id: 26, kind: 'nearby.ask', takes: { opening: 'd'.repeat(32), timeoutMs: 60_000 } },
  { id: 27, kind: 'nearby.withdraw', takes: {} },
]

/** Flips, cuts, inserts and doubles bytes: some stay well-formed, most do not. */
export const mutateBytes = (message: Uint8Array, at: number, byte: number, how: number): Uint8Array => {
  const place = at % message.length
  if (how === 0) return message.with(place, byte)
  if (how === 1) return message.slice(0, place)
  const grown = [...message.slice(0, place), byte, ...message.slice(how === 2 ? place : Math.max(0, place - 5))]
  return Uint8Array.from(grown)
}
