import type { Address, PeerId } from '../base/ids.ts'

const PEER_PART = /\/p2p\/([0-9A-Za-z]+)$/

/** The peer that `address` names, if it names one. */
export const peerIn = (address: Address): PeerId | undefined => PEER_PART.exec(address)?.[1] as PeerId | undefined

/** Where to, whoever is there. */
export const withoutPeer = (address: Address): Address => address.replace(PEER_PART, '') as Address
