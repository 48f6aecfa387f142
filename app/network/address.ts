import { PeerError } from '../base/errors.ts'
import { address, type Address, type PeerId } from '../base/ids.ts'

const PEER_PART = /\/p2p\/([0-9A-Za-z]+)$/

/** The peer that `address` names, if it names one. */
export const peerIn = (address: Address): PeerId | undefined => PEER_PART.exec(address)?.[1] as PeerId | undefined

/** Where to, whoever is there. */
export const withoutPeer = (address: Address): Address => address.replace(PEER_PART, '') as Address

/** @throws NETWORK_ADDRESS_MALFORMED for what only claims to be an Address */
export const checkAddress = (text: Address): void => {
  try {
    address(text)
  } catch (cause) {
    throw new PeerError('NETWORK_ADDRESS_MALFORMED', { address: String(text).slice(0, 80) }, { cause })
  }
}
