/** Opens a TCP connection and closes it: how it fails says where to look. */
import { connect } from 'node:net'
import type { Knock, KnockFact } from '../facts.types.ts'

/** Longer than the system looks for a machine on the same network (3 s). */
const WAIT_MS = 4500
export const KNOCKS_MAX = 16

const KINDS: Readonly<Record<string, Knock>> = {
  ECONNREFUSED: 'refused', ECONNRESET: 'refused', EHOSTUNREACH: 'noRoute', ENETUNREACH: 'noRoute', EHOSTDOWN: 'noRoute', EADDRNOTAVAIL: 'noRoute',
  ETIMEDOUT: 'timeout', EPERM: 'blocked', EACCES: 'blocked',
}

const MULTIADDR = /^\/ip[46]\/([^/]+)\/tcp\/(\d+)/

/** @param address /ip4/192.168.1.7/tcp/4001 */
export const knockAt = (address: string): Promise<KnockFact> =>
  new Promise((resolve) => {
    const [, host, port] = MULTIADDR.exec(address) ?? []
    if (host === undefined) return resolve({ address, knock: 'failed' })
    const socket = connect({ host, port: Number(port) })
    const end = (knock: Knock) => {
      clearTimeout(timer)
      socket.destroy()
      resolve({ address, knock })
    }
    const timer = setTimeout(() => end('timeout'), WAIT_MS)
    socket.once('connect', () => end('answers'))
    socket.once('error', (error: NodeJS.ErrnoException) => end(KINDS[error.code ?? ''] ?? 'failed'))
  })

export const knockAtAll = (addresses: readonly string[]): Promise<readonly KnockFact[]> =>
  Promise.all([...new Set(addresses)].slice(0, KNOCKS_MAX).map(knockAt))
