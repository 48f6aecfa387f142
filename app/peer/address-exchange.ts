/** Members tell each other where members are: so those who joined through a third find each other also where nothing is multicast.
 *  Only what a member's device has signed, only to proven members, and never so much that one of them could keep us dialling. */
import type { Cancel, Clock } from '../base/clock.ts'
import { codeOf } from '../base/errors.ts'
import type { Address, DeviceId, WorkspaceId } from '../base/ids.ts'
import { ADDRESS_RECORDS_MAX, ADDRESS_RECORDS_PER_MINUTE_MAX, ADDRESSES_REMEMBERED_MAX } from '../base/limits.ts'
import type { Logger } from '../base/logger.ts'
import type { Network } from '../network/network.ts'
import type { Neighbours } from '../network/neighbours.types.ts'
import { isLoopback, isPrivate } from '../network/reach.ts'
import type { Link, Proven } from '../sync/link.ts'
import type { Links } from '../sync/links.ts'
import { addressPayloads, readAddresses, recordsIn, signAddresses, type AddressRecord } from './address-record.ts'
import type { Records } from './records.ts'
import { ROOMS, type Workspace } from './workspace.ts'
import type { Workspaces } from './workspaces.ts'

const MINUTE_MS = 60_000

export interface AddressExchange {
  /** Takes up what an earlier run was told. */
  open(workspace: Workspace): void
  close(workspace: WorkspaceId): void
  /** Tells a member that has just proven itself all that is known here. */
  greet(link: Link, proven: Proven): void
  receive(link: Link, proven: Proven, payload: Uint8Array): void
  /** This machine may have other addresses now: says so to all. */
  refresh(): void
}

export interface AddressExchangeParts {
  readonly workspaces: Workspaces
  readonly records: Records
  readonly network: Network
  readonly neighbours: Neighbours
  readonly clock: Clock
  readonly logger: Logger
  links(): Links
}

/** What is known of one member's addresses. */
interface Known {
  record: AddressRecord
  minuteMs: number
  takenInMinute: number
  /** The newest of those that came too fast. */
  later: { record: AddressRecord; readonly cancel: Cancel } | undefined
}

interface Shelf {
  readonly workspace: Workspace
  readonly known: Map<DeviceId, Known>
  /** Of devices that are no members as far as is known here: their admission may still be on the way. */
  readonly strangers: Map<DeviceId, AddressRecord>
  own: AddressRecord | undefined
  readonly cancel: Cancel
}

export const createAddressExchange = (parts: AddressExchangeParts): AddressExchange => {
  const { records, network, neighbours, clock, logger } = parts
  const shelves = new Map<WorkspaceId, Shelf>()

  const knownOf = (record: AddressRecord): Known => ({ record, minuteMs: clock.monotonicMs(), takenInMinute: 1, later: undefined })

  const store = ({ workspace }: Shelf, record: AddressRecord) => {
    try {
      records.putAddressRecord(workspace.id, record.device, record.bytes)
    } catch (error) {
      logger.warn('addresses not remembered', { code: codeOf(error) })
    }
  }

  const ownRecord = (shelf: Shelf): AddressRecord => {
    const { id, keys } = shelf.workspace
    const addresses = network.addresses()
    if (shelf.own && sameAddresses(shelf.own.addresses, addresses)) return shelf.own
    const counter = Math.max(clock.nowMs(), (shelf.own?.counter ?? 0) + 1)
    shelf.own = signAddresses(id, { device: keys.device, counter, addresses, sign: keys.signing.sign })
    store(shelf, shelf.own)
    return shelf.own
  }

  const spread = ({ workspace }: Shelf, record: AddressRecord, except?: Link) => {
    for (const payload of addressPayloads([record])) parts.links().sendRoom(workspace.id, ROOMS.addresses, payload, except)
  }

  /** A second peer on this very machine, as its connection shows: only then do its loopback addresses mean anything here. */
  const rememberHere = (workspace: WorkspaceId, { device, addresses }: AddressRecord, link: Link) => {
    const here = isLoopback(network.addressOf(link.peer) ?? '') ? addresses.filter(isLoopback) : []
    if (here.length === 0) return
    try {
      records.putAddresses(workspace, device, here)
    } catch (error) {
      logger.warn('addresses not remembered', { code: codeOf(error) })
    }
    neighbours.remember(here)
  }

  /** Takes turns: a member that tells many addresses does not push out the first of another. */
  const tellNeighbours = () => {
    const lists = [...shelves.values()].flatMap(({ known, workspace: { membership } }) => {
      const told = [...known.values()].map(({ record }) => record)
      return told.filter(({ device }) => membership.isMember(device)).map(({ addresses }) => addresses.filter(isPrivate))
    })
    const longest = Math.max(0, ...lists.map((list) => list.length))
    const turns = Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list[at] ?? []))
    neighbours.setTold(turns.flat())
  }

  const put = (shelf: Shelf, record: AddressRecord, from?: Link) => {
    const known = shelf.known.get(record.device)
    if (known) {
      known.record = record
      known.takenInMinute++
    } else shelf.known.set(record.device, knownOf(record))
    store(shelf, record)
    spread(shelf, record, from)
    tellNeighbours()
  }

  /** Beyond so many in a minute only the newest is taken, once the minute is over. */
  const putOrWait = (shelf: Shelf, known: Known, record: AddressRecord, from?: Link) => {
    const nowMs = clock.monotonicMs()
    if (nowMs - known.minuteMs >= MINUTE_MS) {
      known.minuteMs = nowMs
      known.takenInMinute = 0
    }
    if (known.later) {
      if (record.counter > known.later.record.counter) known.later.record = record
    } else if (known.takenInMinute < ADDRESS_RECORDS_PER_MINUTE_MAX) put(shelf, record, from)
    else known.later = { record, cancel: clock.after(known.minuteMs + MINUTE_MS - nowMs, () => takeLater(shelf, known)) }
  }
  const takeLater = (shelf: Shelf, known: Known) => {
    const record = known.later?.record
    known.later = undefined
    if (record && record.counter > known.record.counter) putOrWait(shelf, known, record)
  }

  const take = (shelf: Shelf, record: AddressRecord, from?: Link) => {
    const { membership, keys } = shelf.workspace
    if (record.device === keys.device) return takeOwn(shelf, record)
    if (!membership.isMember(record.device)) {
      if (shelf.strangers.size < ADDRESS_RECORDS_MAX && !membership.admits(record.device)) shelf.strangers.set(record.device, record)
      return
    }
    const known = shelf.known.get(record.device)
    if (known && record.counter > known.record.counter) putOrWait(shelf, known, record, from)
    else if (!known && shelf.known.size < ADDRESS_RECORDS_MAX) put(shelf, record, from)
  }

  /** Signed in an earlier run, whose disk or clock was ahead: what is true now must win. */
  const takeOwn = (shelf: Shelf, record: AddressRecord) => {
    const own = ownRecord(shelf)
    if (record.counter < own.counter || sameAddresses(record.addresses, own.addresses)) return
    shelf.own = { ...record, addresses: [] }
    spread(shelf, ownRecord(shelf))
  }

  const membersChanged = (shelf: Shelf) => {
    const { membership } = shelf.workspace
    for (const record of [...shelf.strangers.values()].filter(({ device }) => membership.isMember(device))) {
      shelf.strangers.delete(record.device)
      take(shelf, record)
    }
    const gone = [...shelf.known.values()].filter(({ record }) => !membership.isMember(record.device))
    for (const { record, later } of gone) {
      later?.cancel()
      shelf.known.delete(record.device)
    }
    if (gone.length > 0) tellNeighbours()
  }

  return {
    open: (workspace) => {
      const cancel = workspace.membership.onChange(() => membersChanged(shelf))
      const shelf: Shelf = { workspace, known: new Map(), strangers: new Map(), own: undefined, cancel }
      shelves.set(workspace.id, shelf)
      for (const bytes of records.addressRecords(workspace.id)) {
        const read = readAddresses(workspace.id, bytes)
        if (!read.ok) continue
        const { value: record } = read
        if (record.device === workspace.keys.device) shelf.own = record
        else if (workspace.membership.isMember(record.device)) shelf.known.set(record.device, knownOf(record))
      }
      tellNeighbours()
    },
    close: (id) => {
      const shelf = shelves.get(id)
      shelf?.cancel()
      for (const { later } of shelf?.known.values() ?? []) later?.cancel()
      shelves.delete(id)
      tellNeighbours()
    },
    greet: (link, { workspace: id }) => {
      const shelf = shelves.get(id)
      if (!shelf) return
      const known = [...shelf.known.values()].map(({ record }) => record)
      for (const payload of addressPayloads([ownRecord(shelf), ...known])) link.sendRoom(id, ROOMS.addresses, payload)
    },
    receive: (link, { workspace: id, device }, payload) => {
      const shelf = shelves.get(id)
      try {
        for (const bytes of shelf ? recordsIn(payload) : []) {
          const read = readAddresses(id, bytes)
          if (read.ok) take(shelf!, read.value, link)
          else shelf!.workspace.refuse(read.code)
          if (read.ok && read.value.device === device) rememberHere(id, read.value, link)
        }
      } catch (error) {
        shelf?.workspace.refuse(codeOf(error))
      }
    },
    refresh: () => {
      for (const shelf of shelves.values()) {
        const before = shelf.own
        const now = ownRecord(shelf)
        if (now !== before) spread(shelf, now)
      }
    },
  }
}

/** As far as a record can tell them. */
const sameAddresses = (one: readonly Address[], other: readonly Address[]): boolean =>
  one.slice(0, ADDRESSES_REMEMBERED_MAX).join() === other.slice(0, ADDRESSES_REMEMBERED_MAX).join()
