/** Branded ids. Only this file makes them, after checking; everywhere else a plain string is not an id. */
import { PeerError } from './errors.ts'

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

/** SHA-256 of the genesis: 64 lower-case hex digits. */
export type WorkspaceId = Branded<'WorkspaceId'>
/** An Ed25519 public key, one per device and workspace: 64 lower-case hex digits. */
export type DeviceId = Branded<'DeviceId'>
/** 16 random bytes, fresh at every run of a peer in a workspace: 32 lower-case hex digits. */
export type SessionId = Branded<'SessionId'>
/** `DeviceId.SessionId`: the one log which that session writes. */
export type LogId = Branded<'LogId'>
/** 16 random bytes: 32 lower-case hex digits. */
export type DocumentId = Branded<'DocumentId'>
/** SHA-256 of an entry in its context: 64 lower-case hex digits. */
export type EntryHash = Branded<'EntryHash'>
/** A running node, fresh at every start: libp2p's base58 or base36 text. Never an identity. */
export type PeerId = Branded<'PeerId'>
/** 16 random bytes that name an invitation: 32 lower-case hex digits. */
export type InviteId = Branded<'InviteId'>
/** Where a peer may be reached, as a multiaddr: `/ip4/192.168.1.7/tcp/4001`. A hint, never an identity. */
export type Address = Branded<'Address'>

const HEX_32 = /^[0-9a-f]{32}$/
const HEX_64 = /^[0-9a-f]{64}$/
const PEER_ID = /^[0-9A-Za-z]{8,128}$/
const ADDRESS = /^\/(ip4|ip6|memory)\/[0-9A-Za-z.:%-]{1,64}(\/tcp\/\d{1,5})?(\/p2p\/[0-9A-Za-z]{8,128})?$/

const checked = (text: unknown, pattern: RegExp, name: string): string => {
  if (typeof text === 'string' && pattern.test(text)) return text
  // Of anything but text nothing is told: an object may have a `toString` that is none.
  throw new PeerError('BASE_ID_MALFORMED', { name, text: typeof text === 'string' ? text.slice(0, 80) : typeof text })
}

/** @throws BASE_ID_MALFORMED, as all of these do */
export const workspaceId = (text: unknown) => checked(text, HEX_64, 'WorkspaceId') as WorkspaceId
export const deviceId = (text: unknown) => checked(text, HEX_64, 'DeviceId') as DeviceId
export const sessionId = (text: unknown) => checked(text, HEX_32, 'SessionId') as SessionId
export const documentId = (text: unknown) => checked(text, HEX_32, 'DocumentId') as DocumentId
export const entryHash = (text: unknown) => checked(text, HEX_64, 'EntryHash') as EntryHash
export const inviteId = (text: unknown) => checked(text, HEX_32, 'InviteId') as InviteId
export const peerId = (text: unknown) => checked(text, PEER_ID, 'PeerId') as PeerId
export const address = (text: unknown) => checked(text, ADDRESS, 'Address') as Address

export const logId = (device: DeviceId, session: SessionId) => `${device}.${session}` as LogId
export const deviceOf = (log: LogId) => log.slice(0, 64) as DeviceId
export const sessionOf = (log: LogId) => log.slice(65) as SessionId
