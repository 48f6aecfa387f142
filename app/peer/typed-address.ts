/** An address as a person types it. */
import { PeerError } from '../base/errors.ts'
import { address, type Address } from '../base/ids.ts'

const IPV4 = /^(\d{1,3}(?:\.\d{1,3}){3}):(\d{1,5})$/
const IPV6 = /^\[([0-9a-fA-F:]+(?:%[0-9A-Za-z.-]+)?)\]:(\d{1,5})$/

/** `192.168.1.7:4001`, `[fd00::7]:4001` or a multiaddr.
 *  @throws NETWORK_ADDRESS_MALFORMED */
export const typedAddress = (text: string): Address => {
  const trimmed = text.trim()
  const [, host4, port4] = IPV4.exec(trimmed) ?? []
  const [, host6, port6] = IPV6.exec(trimmed) ?? []
  const spelled = host4 ? `/ip4/${host4}/tcp/${port4}` : host6 ? `/ip6/${host6}/tcp/${port6}` : trimmed
  try {
    return address(spelled)
  } catch (cause) {
    throw new PeerError('NETWORK_ADDRESS_MALFORMED', { address: trimmed.slice(0, 100) }, { cause })
  }
}
