/** What the probes saw of this machine. Undefined or null: could not be seen, which is never the same as good. */
import type { ErrorCode } from '../../app/base/errors.ts'

export interface AddressFact {
  readonly interface: string
  readonly address: string
  readonly isIpv6: boolean
  /** Self-assigned: 169.254.x.x or fe80::. */
  readonly isLinkLocal: boolean
}

export interface MulticastFact {
  /** The interface's own IPv4 address. */
  readonly address: string
  /** The system took the packet; else its word for why not: EPERM, ENETUNREACH, ... */
  readonly sent: true | string
  /** Our own packet came back to us. */
  readonly heardOwn: boolean
}

/** How a TCP connection began: refused, noRoute and timeout name three different causes. */
export type Knock = 'answers' | 'refused' | 'noRoute' | 'timeout' | 'blocked' | 'failed'
export interface KnockFact {
  readonly address: string
  readonly knock: Knock
}

export interface FirewallFact {
  /** Rules that could be read, by whose name they go. */
  readonly read: readonly string[]
  /** Firewalls that are on, but whose rules this user may not read. */
  readonly active: readonly string[]
  /** Ports that a rule drops, by its words. */
  readonly drops: readonly { readonly port: number; readonly protocol: 'tcp' | 'udp'; readonly direction: 'in' | 'out'; readonly rule: string }[]
}

export interface ClockFact {
  readonly nowMs: number
  /** Of the wall clock against the monotonic one, while the probes ran. */
  readonly jumpedMs: number
  /** Newest file of the data directory; null: none. */
  readonly newestFileMs: number | null
}

export interface DiskFact {
  /** What was looked at: the data directory, or where it would be made. */
  readonly directory: string
  readonly exists: boolean
  /** Name of a file system that matters here: nfs, cifs, fuse, 9p, tmpfs; else null. */
  readonly filesystem: string | null
  readonly freeBytes: number
  /** Writing and flushing a small file: how long, in milliseconds, or the system's word for why not. */
  readonly flush: number | string
  readonly walBytes: number | null
  /** Rights of others on the directory or a file in it, as octal text: null, none. */
  readonly openTo: string | null
  readonly isOwn: boolean
  /** A process that holds the database; null: none; undefined: can't be seen. */
  readonly lockedBy: number | null | undefined
}

export interface PeerFact {
  readonly address: string
  readonly state: string
  readonly code: ErrorCode | null
  readonly names: readonly string[]
}
/** What a running host says. */
export interface HostFact {
  readonly pid: number
  readonly version: string
  readonly discovers: boolean
  readonly addresses: readonly string[]
  readonly peers: readonly PeerFact[]
  /** Members that are not reachable now. */
  readonly missing: readonly string[]
  /** Refusals of all workspaces since its start, by code. */
  readonly refusals: Readonly<Record<string, number>>
  /** Another running peer proved to be this very device. */
  readonly hasTwin: boolean
  /** The change that is dated furthest ahead: by whom, and how far. */
  readonly ahead: { readonly name: string; readonly byMs: number } | null
}

export interface Facts {
  readonly version: string
  readonly node: string
  readonly platform: string
  readonly addresses: readonly AddressFact[]
  readonly multicast: readonly MulticastFact[]
  /** Addresses of other machines whose answer to our question was heard. */
  readonly heardFrom: readonly string[]
  /** Interfaces that look like a VPN. */
  readonly tunnels: readonly string[]
  /** The interface of the default route; null: none; undefined: can't be seen. */
  readonly defaultRoute: string | null | undefined
  /** Own listening addresses. Empty without a host. */
  readonly own: readonly KnockFact[]
  /** Known addresses of others that are not connected now. */
  readonly others: readonly KnockFact[]
  readonly firewall: FirewallFact
  readonly clock: ClockFact
  readonly disk: DiskFact
  /** Undefined: none runs. A code: it runs and does not answer. */
  readonly host: HostFact | ErrorCode | undefined
}
