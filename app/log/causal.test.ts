/** What an author had seen, beside a plain model: a set of entries for each entry. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { below } from '../base/random.ts'
import { copyLog, draft, openLog, random, type TestLog } from './log.support.ts'
import type { Entry } from './log.types.ts'

const nameOf = ({ log, seq }: { log: string; seq: number }) => `${log}:${seq}`

const create = (count: number) => {
  const logs = Array.from({ length: count }, () => openLog())
  const known = new Map<TestLog, Set<string>>(logs.map((log) => [log, new Set()]))
  const past = new Map<string, ReadonlySet<string>>()
  const written: Entry[] = []
  const write = (log: TestLog) => {
    for (const entry of log.append([draft('x')])) {
      for (let seq = past.has(`${log.self}:0`) ? entry.seq : 0; seq <= entry.seq; seq++) {
        past.set(`${log.self}:${seq}`, new Set(known.get(log)))
        known.get(log)!.add(`${log.self}:${seq}`)
      }
      written.push(entry)
    }
  }
  /** All that `from` holds goes over, in any order of logs. */
  const meet = (from: TestLog, to: TestLog) => {
    const held = [...from.heights().keys()].sort(() => below(random, 3) - 1)
    for (const id of held) copyLog(from, to, id)
    for (const entry of known.get(from)!) known.get(to)!.add(entry)
  }
  const check = (reader: TestLog, why: string) => {
    for (const entry of written) {
      for (const { self } of logs) {
        const seen = [...past.get(nameOf(entry))!].filter((each) => each.startsWith(`${self}:`)).length
        assert.equal(reader.seenBy(entry, self), seen, `${why}: what ${nameOf(entry)} had seen of ${self}`)
      }
    }
  }
  return { logs, write, meet, check }
}

test('any peer knows of any entry what its author had seen, directly or through others, also after a restart', () => {
  for (let round = 0; round < 8; round++) {
    const { logs, write, meet, check } = create(4)
    const any = () => logs[below(random, logs.length)]!
    for (let step = 0; step < 30; step++) {
      if (below(random, 2) === 0) write(any())
      else meet(any(), any())
    }
    const reader = openLog()
    for (const log of logs) for (const id of [...log.heights().keys()].reverse()) copyLog(log, reader, id)
    assert.equal(reader.pending, 0)
    check(reader, 'as it came')
    const again = openLog(reader.keys, reader.store)
    again.start()
    check(again, 'after a restart')
  }
})
