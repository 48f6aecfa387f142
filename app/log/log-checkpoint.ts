/** The log's share of a checkpoint: heads as they were, to be found on disk again, and how far each log was released. */
import { equalBytes, type ByteReader, type ByteWriter } from '../base/codec.ts'
import { PeerError } from '../base/errors.ts'
import type { LogId } from '../base/ids.ts'
import { takePages, type Chain } from './chain.ts'
import type { CheckpointPart } from './checkpoint.ts'
import { entryHashBytes, HASH_BYTES } from './envelope.ts'
import type { LogNumbers } from './log-numbers.ts'
import type { Releaser } from './release.ts'
import type { RowTable } from './row-table.ts'

interface LogPartParts {
  readonly chains: Map<LogId, Chain>
  readonly numbers: LogNumbers
  readonly pages: RowTable
  readonly releaser: Releaser
  chainOf(log: LogId): Chain
}

export const createLogPart = ({ chains, numbers, pages, releaser, chainOf }: LogPartParts): CheckpointPart => {
  const write = (writer: ByteWriter) => {
    numbers.write(writer)
    for (let number = 0; number < numbers.size; number++) {
      const chain = chains.get(numbers.log(number))
      writer.varint(chain?.height ?? 0)
      if (chain && chain.height > 0) writer.varint(chain.tailFlags).raw(chain.hashAt(chain.height - 1)).raw(chain.hashAt(chain.height - 2))
    }
    releaser.write(writer)
  }

  /** The last entry it vouches for must be here, as it was: else this is another disk than the one it was written for. */
  const checkHead = (chain: Chain) => {
    const seq = chain.height - 1
    const hash = entryHashBytes(chain.place(seq), chain.read(seq).body)
    if (!equalBytes(hash, chain.hashAt(seq))) throw new PeerError('STORE_BROKEN', { log: chain.log, seq })
  }

  const read = (reader: ByteReader) => {
    numbers.read(reader)
    for (let number = 0; number < numbers.size; number++) {
      const height = reader.varint()
      if (height === 0) continue
      const chain = chainOf(numbers.log(number))
      chain.resume({ height, tailFlags: reader.varint(0xffff), head: reader.raw(HASH_BYTES), beforeHead: reader.raw(HASH_BYTES) })
      checkHead(chain)
      chains.set(chain.log, chain)
    }
    takePages(pages, (number) => chains.get(numbers.log(number)))
    releaser.read(reader)
  }

  return { tables: [pages, releaser.steps], write, read }
}
