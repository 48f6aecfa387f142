/** A screen without a browser, inside a machine: commands of the API in, one JSON line each, answers out.
 *
 *  in:  {"url": "..."}  attaches to the host that printed it; {"id", "kind", "takes"} runs a command
 *  out: {"id", "gives"} or {"id", "code"}; {"attached": true} or {"attached": false, "code"} */
import { createInterface } from 'node:readline'
import { WebSocket } from 'ws'
import { createClient, type PeerClient } from '../../app/api/client.ts'
import type { CommandKind, Takes } from '../../app/api/commands.ts'
import { createSocketChannel, socketProtocols, type Socket } from '../../app/api/socket-channel.ts'
import { codeOf } from '../../app/base/errors.ts'

interface Line {
  readonly url?: string
  readonly id?: number
  readonly kind?: CommandKind
  readonly takes?: Takes<CommandKind>
}

const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`)
let client: PeerClient | undefined

const attach = (url: string) => {
  client?.close()
  const { origin, host, hash } = new URL(url)
  const socket = new WebSocket(`ws://${host}/`, socketProtocols(hash.slice('#t='.length)), { origin, perMessageDeflate: false })
  // What goes wrong is heard as the close that follows it.
  socket.on('error', () => undefined)
  const attached = createClient(createSocketChannel(socket as unknown as Socket))
  client = attached
  attached.onClose((code) => say({ attached: false, code }))
  attached.welcome.then(() => say({ attached: true }), () => undefined)
}

const run = async ({ id, kind, takes }: Line) => {
  try {
    if (client === undefined || kind === undefined) return say({ id, code: 'HOST_NOT_RUNNING' })
    say({ id, gives: await client.run(kind, takes ?? {}) })
  } catch (error) {
    say({ id, code: codeOf(error) })
  }
}

for await (const text of createInterface({ input: process.stdin })) {
  const line = JSON.parse(text) as Line
  if (line.url === undefined) void run(line)
  else attach(line.url)
}
process.exit()
