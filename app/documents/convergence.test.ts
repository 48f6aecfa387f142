import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as Y from 'yjs'
import type { DocumentId } from '../base/ids.ts'
import { createChance, exchange, openScreen, shuffled, startPeer, type Chance, type TestPeer, type TestScreen } from './peers.fixture.ts'

const RUNS = Number(process.env.RUNS ?? 60)
const FIRST_SEED = Number(process.env.SEED ?? 1)

interface Member {
  peer: TestPeer
  readonly device: string
  session: number
  screens: TestScreen[]
  screenNumber: number
}

const texts = (parent: Y.XmlFragment): Y.XmlText[] =>
  parent.toArray().flatMap((child) => (child instanceof Y.XmlText ? [child] : child instanceof Y.XmlElement ? texts(child) : []))
const elements = (parent: Y.XmlFragment, name: string): Y.XmlElement[] => {
  const children = parent.toArray().filter((child) => child instanceof Y.XmlElement)
  return children.flatMap((child) => [...(child.nodeName === name ? [child] : []), ...elements(child, name)])
}

const block = (text: string): Y.XmlElement => {
  const container = new Y.XmlElement('blockContainer')
  const paragraph = new Y.XmlElement('paragraph')
  paragraph.setAttribute('textColor', 'default')
  paragraph.insert(0, [new Y.XmlText(text)])
  container.insert(0, [paragraph])
  return container
}

const MARKS = ['bold', 'italic', 'link'] as const

const edit = (screen: TestScreen, chance: Chance): void => {
  const content = screen.content()
  const text = texts(content)[chance.below(texts(content).length)]
  const length = text?.length ?? 0
  // Editors never cut a surrogate pair in two: Yjs would make two replacement characters of it.
  const plain = (text?.toDelta() as { insert: string }[] | undefined)?.map(({ insert }) => insert).join('') ?? ''
  const whole = (index: number) => (/[\udc00-\udfff]/.test(plain[index] ?? '') ? index - 1 : index)
  const at = whole(chance.below(length + 1))
  const span = whole(Math.min(length, at + 1 + chance.below(6))) - at
  const mark = { [chance.pick(MARKS)]: chance.pick([{}, { href: 'x' }, null]) }
  const groups = elements(content, 'blockGroup')
  const group = groups[chance.below(groups.length)]
  const kinds: (() => void)[] = [
    () => text?.insert(at, chance.pick(['a', 'bc', 'déf', '😀', 'long line of text '])),
    () => text?.insert(at, 'marked', mark),
    () => text?.insert(at, 'x'),
    () => span > 0 && text?.delete(at, span),
    () => span > 0 && text?.format(at, span, mark),
    () => span > 0 && text?.format(0, length, mark),
    () => group?.insert(chance.below(group.length + 1), [block('new ' + chance.below(100))]),
    () => group && group.length > 1 && group.delete(chance.below(group.length), 1),
    () => elements(content, 'paragraph')[0]?.setAttribute('textColor', chance.pick(['red', 'blue', 'default'])),
    () => {
      const containers = elements(content, 'blockContainer')
      const nested = new Y.XmlElement('blockGroup')
      nested.insert(0, [block('nested')])
      containers[chance.below(containers.length)]?.push([nested])
    },
    () => group?.push([block('pasted '.repeat(12_000))]),
  ]
  const weights = [6, 3, 6, 5, 6, 2, 2, 1, 2, 1, 0.05]
  let roll = chance.next() * weights.reduce((sum, weight) => sum + weight, 0)
  screen.doc.transact(() => kinds[weights.findIndex((weight) => (roll -= weight) < 0)]?.())
}

const view = (member: Member, document: DocumentId): void => {
  if (!member.peer.documents.list().some((item) => item.document === document && item.isHere)) return
  member.screens.push(openScreen(member.peer, document, ++member.screenNumber))
}

/** A new session over what the disk kept: all of it after a kill, a part after a power cut. */
const restart = (member: Member, chance: Chance): void => {
  const { disk } = member.peer.log
  const kept = chance.below(2) === 0 ? disk.length : chance.below(disk.length + 1)
  member.session++
  member.screens = []
  member.peer = startPeer({ device: member.device, session: member.session, disk: disk.slice(0, kept) })
}

const settle = (members: readonly Member[], chance: Chance): void => {
  for (let round = 0; round < 50; round++) {
    for (const { peer } of members) peer.clock.advance(200)
    const before = members.map(({ peer }) => peer.log.disk.length).join()
    const pairs = members.flatMap((from) => members.filter((to) => to !== from).map((to) => ({ from: from.peer, to: to.peer })))
    for (const { from, to } of pairs) exchange(from, to, (sealed) => shuffled(sealed, chance))
    for (const { peer } of members) peer.clock.advance(200)
    if (round > 0 && members.map(({ peer }) => peer.log.disk.length).join() === before) return
  }
  assert.fail('entries go on for ever')
}

const run = (seed: number, check: (members: readonly Member[], document: DocumentId) => void): void => {
  const chance = createChance(seed)
  const members = Array.from({ length: 3 + chance.below(3) }, (_, index): Member => {
    const device = String.fromCharCode(65 + index)
    return { peer: startPeer({ device }), device, session: 1, screens: [], screenNumber: 0 }
  })
  const { document } = members[0]!.peer.documents.create('Note', 'first\nsecond')
  settle(members, chance)
  for (let step = 0; step < 120; step++) {
    const member = chance.pick(members)
    const roll = chance.below(100)
    if (roll < 3) restart(member, chance)
    else if (roll < 12) view(member, document)
    else if (roll < 15) member.screens.pop()?.replica.detach()
    else if (roll < 25) member.peer.clock.advance(chance.below(80))
    else if (roll < 45) {
      const some = (sealed: Parameters<typeof shuffled>[0]) => shuffled(sealed, chance).slice(0, chance.below(sealed.length + 1))
      exchange(chance.pick(members).peer, member.peer, some as Parameters<typeof exchange>[2])
    } else if (roll < 47) void member.peer.documents.rename(document, 'Title ' + step).catch(() => {})
    else if (member.screens.length > 0) edit(chance.pick(member.screens), chance)
  }
  settle(members, chance)
  check(members, document)
}

const contentOf = (state: Uint8Array): string => {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, state)
  return doc.getXmlFragment('content').toString()
}

test('peers with the same entries have equal bytes, whatever the order, crashes and rich text in between', () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++)
    run(seed, (members, document) => {
      const [first, ...others] = members
      const state = first!.peer.documents.state(document)
      for (const other of others) {
        assert.deepEqual(other.peer.documents.list(), first!.peer.documents.list(), `lists, seed ${seed}`)
        assert.ok(Buffer.from(other.peer.documents.state(document)).equals(state), `bytes, seed ${seed}`)
      }
      for (const { peer, screens } of members) {
        assert.equal(peer.documents.pendingParts, 0)
        assert.deepEqual([...peer.documents.quarantined], [], `quarantined, seed ${seed}`)
        for (const screen of screens) {
          assert.ok(screen.answers.every((answer) => answer.ok), `refused ${JSON.stringify(screen.answers.find((answer) => !answer.ok))}, seed ${seed}`)
          assert.ok(screen.content().toString() === contentOf(state), `screen, seed ${seed}`)
        }
      }
    })
})
