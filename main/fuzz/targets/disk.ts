/** What a peer finds on its disk when it starts, after the disk lost some of its bits. */
import { encodeCbor } from '../../../app/base/codec.ts'
import { silentLogger } from '../../../app/base/logger.ts'
import { createHeard } from '../../../app/cluster/heard.ts'
import { createReceiptShelf } from '../../../app/cluster/receipt-shelf.ts'
import { createManualClock } from '../../../app/network/testing/world.ts'
import { createJoins } from '../../../app/peer/joins.ts'
import { createRecords } from '../../../app/peer/records.ts'
import { createMemoryStore } from '../../../app/store/memory.ts'
import type { Key } from '../../../app/store/store.ts'
import { createChance } from '../chance.ts'
import type { Target } from '../target.types.ts'
import { SAMPLE_SEED, type World } from '../world.ts'
import { marked } from './log.ts'
import { LENGTH_MAX } from './wire.ts'

/** The first byte says which record it is. */
const recordTarget = ({ stores, links, workspace, records }: World): Target => {
  const [store] = stores as [World['stores'][number]]
  const [{ keys }] = records as [World['records'][number]]
  const device = records[1]!.keys.device
  const kept: readonly Key[] = [['machine'], ['workspaces', workspace], ['joins', workspace], ['book', workspace, device], ['w', workspace, 'heard', device]]
  const receipts = [...store.scan(['w', workspace, 'r'])]
  const all: readonly Key[] = [...kept, receipts[0]!.key]
  const made = new Map<number, Uint8Array>([[0, encodeCbor('Ada')], [2, encodeCbor({ link: links[0]!, keys: keys.secret })], [3, encodeCbor(['/ip4/10.0.0.1/tcp/1'])]])
  const samples = all.flatMap((key, index) => {
    const value = made.get(index) ?? store.get(key)
    return value ? [marked(index, value)] : []
  })
  return {
    name: 'record',
    samples,
    tokens: [],
    cborFrom: 1,
    lengthMax: LENGTH_MAX,
    create: () => ({
      take: (input) => {
        const disk = createMemoryStore()
        disk.batch([{ kind: 'put', key: all[(input[0] ?? 0) % all.length]!, value: input.slice(1) }])
        const clock = createManualClock()
        const read = createRecords(disk)
        read.machineName()
        read.workspaces()
        createJoins(read, clock, createChance(SAMPLE_SEED, 'joins')).list()
        read.addresses()
        createHeard({ workspace, store: disk, clock, logger: silentLogger })
        createReceiptShelf({ workspace, store: disk, clock })
        return undefined
      },
    }),
  }
}

export const diskTargets = (world: World): readonly Target[] => [recordTarget(world)]
