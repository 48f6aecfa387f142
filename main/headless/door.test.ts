import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import { WebSocket } from 'ws'
import { channelContract } from '../../app/api/channel.contract.ts'
import type { Channel } from '../../app/api/channel.ts'
import { createClient } from '../../app/api/client.ts'
import type { PeerScreen, PeerService } from '../../app/api/peer-service.ts'
import { createSocketChannel, SOCKET_PROTOCOL, socketProtocols, type Socket } from '../../app/api/socket-channel.ts'
import { systemClock } from '../../app/base/clock.ts'
import { CHANNEL_MESSAGE_BYTES_MAX, HTTP_CONNECTIONS_MAX, SCREENS_MAX, TOKEN_FAILURES_PER_MINUTE_MAX } from '../../app/base/limits.ts'
import { silentLogger } from '../../app/base/logger.ts'
import { serve } from '../../app/serve.ts'
import { openDoor, type DoorOptions } from './door.ts'

/** Answers every command with its own name: what is tested here is the way to it. */
const echo: PeerService = {
  openScreen: () => ({ number: 1, run: (async (kind: string) => ({ address: kind })) as unknown as PeerScreen['run'], onEvent: () => () => undefined, close: () => undefined }),
}
const serveOptions = { version: '0.0.0', clock: systemClock(), logger: silentLogger, onFault: (error: unknown) => { throw error } }

const temporaryDirectory = (context: { after(fn: () => void): void }) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'lanyard-door-'))
  context.after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

const buildScreens = (directory: string) => {
  const rendererDir = path.join(directory, 'renderer')
  mkdirSync(path.join(rendererDir, 'assets'), { recursive: true })
  writeFileSync(path.join(rendererDir, 'index.html'), '<!doctype html><title>Lanyard</title>')
  writeFileSync(path.join(rendererDir, 'assets', 'main-1a2b.js'), 'export {}')
  writeFileSync(path.join(rendererDir, '.hidden.json'), '{}')
  writeFileSync(path.join(directory, 'secret.txt'), 'secret')
  symlinkSync(path.join(directory, 'secret.txt'), path.join(rendererDir, 'link.txt'))
  return rendererDir
}

const open = async (context: TestContext, changes: Partial<DoorOptions> = {}) => {
  const directory = temporaryDirectory(context)
  const options = { dataDir: directory, rendererDir: buildScreens(directory), port: undefined, clock: systemClock(), logger: silentLogger }
  const door = await openDoor({ ...options, onChannel: (channel) => serve(echo, channel, serveOptions), ...changes })
  context.after(() => door.close())
  const { port, origin, hash } = new URL(door.url)
  return { door, port: Number(port), origin, token: hash.slice(3), directory }
}

const eventually = async (isTrue: () => Promise<boolean>) => {
  for (let tries = 0; tries < 200; tries++) {
    if (await isTrue()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('never came true')
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

const get = (port: number, target: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: target, method, headers, agent: false }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
    })
    asked.on('error', reject).end()
  })

interface Knock {
  readonly protocols?: string[]
  readonly origin?: string
  readonly host?: string
}

/** Tries to open a WebSocket; gives the HTTP status of a refusal, else what it was closed with, else 'open'. */
const knock = (port: number, { protocols = [], origin, host }: Knock): Promise<string> =>
  new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, protocols, { ...(origin === undefined ? {} : { origin }), headers: host === undefined ? {} : { Host: host } })
    socket.on('unexpected-response', (asked, response) => {
      resolve(`HTTP ${response.statusCode}`)
      asked.destroy()
    })
    socket.on('error', (error) => resolve(error.message))
    socket.on('close', (code, reason) => resolve(`${code} ${reason.toString()}`))
    socket.on('message', () => {
      resolve('open')
      socket.close()
    })
  })

const dial = ({ port, origin, token }: { port: number; origin: string; token: string }): Channel =>
  createSocketChannel(new WebSocket(`ws://127.0.0.1:${port}/`, socketProtocols(token), { origin }) as unknown as Socket)

test('serves the screens with strict headers', async (context) => {
  const { port } = await open(context)
  const page = await get(port, '/')
  assert.equal(page.status, 200)
  assert.match(page.body, /Lanyard/)
  assert.equal(page.headers['content-type'], 'text/html; charset=utf-8')
  assert.equal(page.headers['cache-control'], 'no-cache')
  assert.match(String(page.headers['content-security-policy']), /^default-src 'none'; script-src 'self';.*frame-ancestors 'none'/)
  assert.match(String(page.headers['content-security-policy']), new RegExp(`connect-src 'self' ws://127\\.0\\.0\\.1:${port};`))
  assert.equal(page.headers['x-content-type-options'], 'nosniff')
  assert.equal(page.headers['referrer-policy'], 'no-referrer')
  assert.equal(page.headers['cross-origin-opener-policy'], 'same-origin')
  assert.equal(page.headers['cross-origin-resource-policy'], 'same-origin')
  const script = await get(port, '/assets/main-1a2b.js')
  assert.equal(script.headers['content-type'], 'text/javascript; charset=utf-8')
  assert.match(String(script.headers['cache-control']), /immutable/)
})

test('refuses HTTP under another host name, from another origin, and with other methods', async (context) => {
  const { port, origin } = await open(context)
  for (const Host of [`localhost:${port}`, 'evil.example', `127.0.0.1:${port + 1}`, '127.0.0.1', `127.0.0.1:${port}.evil.example`]) {
    assert.equal((await get(port, '/', { Host })).status, 421, Host)
  }
  for (const Origin of ['http://evil.example', 'null', `http://localhost:${port}`, `${origin}.evil.example`]) {
    assert.equal((await get(port, '/', { Origin })).status, 403, Origin)
  }
  assert.equal((await get(port, '/', { Origin: origin })).status, 200)
  const posted = await get(port, '/', {}, 'POST')
  assert.deepEqual([posted.status, posted.headers['allow']], [405, 'GET, HEAD'])
  assert.equal((await get(port, '/', {}, 'HEAD')).body, '')
})

test('serves nothing outside the folder of the screens', async (context) => {
  const { port } = await open(context)
  const targets = [
    '/../secret.txt', '/assets/../../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/..\\secret.txt', '//etc/passwd', '/link.txt',
    '/.hidden.json', '/assets', '/assets/', '/index.html/', '/%00', '/C:/secret.txt', 'http://127.0.0.1/../secret.txt', '*', '/secret.txt', `/${'a'.repeat(9000)}.js`,
  ]
  for (const target of targets) assert.equal((await get(port, target)).status, 404, target)
  assert.equal((await get(port, '/index.html?../../secret.txt')).status, 200)
})

test('says what to do when the screens are not built', async (context) => {
  const { port } = await open(context, { rendererDir: '/nonexistent' })
  const page = await get(port, '/')
  assert.equal(page.status, 503)
  assert.match(page.body, /npm run build/)
})

test('opens a WebSocket only with the exact host, the exact origin and the token', async (context) => {
  const { port, origin, token } = await open(context)
  const protocols = socketProtocols(token)
  assert.equal(await knock(port, { protocols, origin }), 'open')
  assert.equal(await knock(port, { protocols, origin, host: `localhost:${port}` }), 'HTTP 421')
  assert.equal(await knock(port, { protocols, origin, host: 'evil.example' }), 'HTTP 421')
  assert.equal(await knock(port, { protocols, origin: 'http://evil.example' }), 'HTTP 403')
  assert.equal(await knock(port, { protocols, origin: `http://localhost:${port}` }), 'HTTP 403')
  assert.equal(await knock(port, { protocols }), 'HTTP 403', 'no origin')
  const wrong = token.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))
  for (const bad of [socketProtocols(wrong), socketProtocols(token.slice(1)), [SOCKET_PROTOCOL]]) {
    assert.equal(await knock(port, { protocols: bad, origin }), '4000 API_TOKEN_INVALID')
  }
})

test('a flood of wrong tokens is cut short, and does not lock out who has the right one', async (context) => {
  const { port, origin, token } = await open(context)
  const outcomes: string[] = []
  for (let count = 0; count < TOKEN_FAILURES_PER_MINUTE_MAX + 20; count++) outcomes.push(await knock(port, { protocols: socketProtocols('x'), origin }))
  assert.equal(outcomes.filter((outcome) => outcome === '4000 API_TOKEN_INVALID').length, TOKEN_FAILURES_PER_MINUTE_MAX)
  assert.equal(outcomes.at(-1), 'HTTP 429')
  assert.equal(await knock(port, { protocols: socketProtocols(token), origin }), 'open')
})

test('more screens than the limit are told so', async (context) => {
  const opened = await open(context)
  const clients = Array.from({ length: SCREENS_MAX }, () => createClient(dial(opened)))
  await Promise.all(clients.map((client) => client.welcome))
  await assert.rejects(createClient(dial(opened)).welcome, { code: 'HOST_SCREENS_TOO_MANY' })
  clients[0]?.close()
  const welcomed = () => createClient(dial(opened)).welcome.then(() => true, () => false)
  await eventually(welcomed)
})

test('a message above the limit closes the socket, and only that one', async (context) => {
  const opened = await open(context)
  const [large, other] = [dial(opened), createClient(dial(opened))]
  await other.welcome
  const closed = new Promise((resolve) => large.onClose(resolve))
  large.send(new Uint8Array(CHANNEL_MESSAGE_BYTES_MAX + 1))
  assert.equal(await closed, 'API_MESSAGE_MALFORMED')
  assert.deepEqual(await other.run('connect', { address: 'x' }), { address: 'connect' })
})

test('text and rubbish are refused with a code, and the screen goes on', async (context) => {
  const { port, origin, token } = await open(context)
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, socketProtocols(token), { origin })
  const client = createClient(createSocketChannel(socket as unknown as Socket))
  await client.welcome
  socket.send('text')
  socket.send(new Uint8Array([0xff, 0xff]))
  await assert.rejects(client.run('connect', { address: 'x' }), { code: 'API_MESSAGE_MALFORMED' })
  assert.deepEqual(await client.run('connect', { address: 'x' }), { address: 'connect' })
  client.close()
})

test('connections that say nothing are dropped above the limit, and do not keep it from closing', async (context) => {
  const { port, door } = await open(context)
  let dropped = 0
  const silent = Array.from({ length: HTTP_CONNECTIONS_MAX + 10 }, () => connect(port, '127.0.0.1').on('error', () => undefined).on('close', () => dropped++))
  context.after(() => silent.forEach((socket) => socket.destroy()))
  await eventually(async () => dropped >= 10)
  await new Promise((resolve) => setTimeout(resolve, 100))
  assert.equal(dropped, 10)
  await door.close()
})

test('address and token outlive a restart, so that an open tab finds its host again', async (context) => {
  const { door, directory } = await open(context)
  await door.close()
  const again = await open(context, { dataDir: directory })
  assert.equal(again.door.url, door.url)
  assert.equal(statSync(path.join(directory, 'token')).mode & 0o777, 0o600)
})

test('an explicit port that is taken is an error; a remembered one gives way', async (context) => {
  const first = await open(context)
  await assert.rejects(open(context, { port: first.port }), { code: 'HOST_PORT_IN_USE' })
  const directory = temporaryDirectory(context)
  writeFileSync(path.join(directory, 'last-port'), `${first.port}\n`)
  const second = await open(context, { dataDir: directory })
  assert.notEqual(second.port, first.port)
})

const doorForContract = async () => {
  const cleanups: (() => void | Promise<void>)[] = []
  const far = Promise.withResolvers<Channel>()
  const context = { after: (fn: () => void) => void cleanups.push(fn) } as unknown as TestContext
  const { port, origin, token } = await open(context, { onChannel: far.resolve })
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, socketProtocols(token), { origin })
  const near = createSocketChannel(socket as unknown as Socket)
  await new Promise((resolve) => socket.once('open', resolve))
  return { near, far: await far.promise, stop: async () => { for (const cleanup of cleanups.reverse()) await cleanup() } }
}
channelContract('WebSocket channel', doorForContract)
