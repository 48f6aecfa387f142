import type { MultiaddrConnection } from '@libp2p/interface'
import type { Socket } from 'node:net'

/** What we need to see of @libp2p/tcp 11: it writes the length and the body of a Noise message one by one, which without Nagle's delay
 *  makes two packets of every small one: measured, a third of the bytes and half of the packets of an idle connection. */
interface TcpInside {
  readonly socket?: Socket
  sendData?: (data: never) => unknown
}

/** Makes one packet of what is written in one go. Does nothing should the inside look different one day. */
export const joinWrites = (connection: MultiaddrConnection): void => {
  const inside = connection as unknown as TcpInside
  const { socket, sendData } = inside
  if (!socket || !sendData) return
  inside.sendData = (data) => {
    socket.cork()
    try {
      return sendData.call(connection, data)
    } finally {
      socket.uncork()
    }
  }
}
