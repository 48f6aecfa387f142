/** Spreads receipts: whoever has no direct link to an author learns from others which of its receipts there are, and asks for news.
 *
 *  payload = kind u8, then: a receipt; or a summary, rows of (device 32, session 16, counter varint); or a want, rows without counters */
import type { Cancel, Clock } from '../base/clock.ts'
import { ByteReader, ByteWriter, concat, fromHex, toHex } from '../base/codec.ts'
import { PeerError } from '../base/errors.ts'
import { deviceId, sessionId, type DeviceId } from '../base/ids.ts'
import type { ReceiptShelf } from './receipt-shelf.ts'
import type { Receipt } from './receipt.ts'

const RECEIPT = 0
const SUMMARY = 1
const WANT = 2
const ROWS_MAX = 2048
const SUMMARY_COALESCE_MS = 1000

/** Sends to one neighbour, or to all. */
export type Reply = (payload: Uint8Array) => void

export interface GossipParts {
  readonly clock: Clock
  readonly shelf: ReceiptShelf
  admits(device: DeviceId): boolean
  broadcast(payload: Uint8Array): void
  takeReceipt(bytes: Uint8Array): void
}

export interface Gossip {
  /** Tells which receipts are here. */
  greet(reply: Reply): void
  /** @throws BASE_BYTES_MALFORMED, BASE_ID_MALFORMED, SYNC_MESSAGE_MALFORMED */
  receive(payload: Uint8Array, reply: Reply): void
  /** To be told to all: somebody else's is here. */
  spread(receipt: Receipt): void
  stop(): void
}

type Name = Pick<Receipt, 'device' | 'session'>

export const receiptPayload = (bytes: Uint8Array): Uint8Array => concat([Uint8Array.of(RECEIPT), bytes])

const writeName = (writer: ByteWriter, { device, session }: Name) => writer.raw(fromHex(device)).raw(fromHex(session))
const readName = (reader: ByteReader): Name => ({ device: deviceId(toHex(reader.raw(32))), session: sessionId(toHex(reader.raw(16))) })

export const createGossip = (parts: GossipParts): Gossip => {
  const { clock, shelf, broadcast } = parts
  const news = new Map<string, Name>()
  let cancel: Cancel | undefined

  const summarise = (receipts: readonly Receipt[], reply: Reply) => {
    for (let at = 0; at < receipts.length; at += ROWS_MAX) {
      const writer = new ByteWriter().u8(SUMMARY)
      for (const receipt of receipts.slice(at, at + ROWS_MAX)) writeName(writer, receipt).varint(receipt.counter)
      reply(writer.finish())
    }
  }

  const tellNews = () => {
    cancel = undefined
    const receipts = [...news.values()].flatMap(({ device, session }) => shelf.of(device).get(session) ?? [])
    news.clear()
    summarise(receipts, broadcast)
  }

  const takeSummary = (reader: ByteReader, reply: Reply) => {
    const writer = new ByteWriter().u8(WANT)
    for (let rows = 0; rows < ROWS_MAX && reader.remaining > 0; rows++) {
      const name = readName(reader)
      if (shelf.isNews(name.device, name.session, reader.varint()) && parts.admits(name.device)) writeName(writer, name)
    }
    if (writer.length > 1) reply(writer.finish())
  }

  const giveWanted = (reader: ByteReader, reply: Reply) => {
    const given = new Set<Uint8Array>()
    for (let rows = 0; rows < ROWS_MAX && reader.remaining > 0; rows++) {
      const { device, session } = readName(reader)
      const bytes = shelf.bytesOf(device, session)
      if (bytes) given.add(bytes)
    }
    for (const bytes of given) reply(receiptPayload(bytes))
  }

  return {
    greet: (reply) => summarise(shelf.list(), reply),
    receive: (payload, reply) => {
      const reader = new ByteReader(payload)
      const kind = reader.u8()
      if (kind === RECEIPT) parts.takeReceipt(reader.rest())
      else if (kind === SUMMARY) takeSummary(reader, reply)
      else if (kind === WANT) giveWanted(reader, reply)
      else throw new PeerError('SYNC_MESSAGE_MALFORMED', { kind })
    },
    spread: ({ device, session }) => {
      news.set(`${device}.${session}`, { device, session })
      cancel ??= clock.after(SUMMARY_COALESCE_MS, tellNews)
    },
    stop: () => cancel?.(),
  }
}
