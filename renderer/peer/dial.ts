/** Dials the host that served this page. */
import { createClient, type PeerClient } from '../../app/api/client.ts'
import { createSocketChannel, socketProtocols } from '../../app/api/socket-channel.ts'

/** @param token of this host's page; without one the host refuses */
export const dialHost = (token: string | null): PeerClient => {
  const url = new URL('./', location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  url.hash = ''
  return createClient(createSocketChannel(new WebSocket(url, socketProtocols(token ?? 'none'))))
}
