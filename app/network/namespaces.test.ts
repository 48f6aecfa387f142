import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createNamespaces, until, whyNoNamespaces, type Machine } from './testing/namespaces.ts'

const why = whyNoNamespaces()
const options = { skip: why && `skipped: ${why}`, timeout: 180_000 }
const isMesh = (machines: readonly Machine[]) => machines.every((machine) => machine.peers() === machines.length - 1)

test('machines with no default route and no route for multicast find each other, part, and meet again', options, async (context) => {
  const world = createNamespaces(3)
  context.after(world.remove)
  const machines = [0, 1, 2].map((at) => world.boot(at, { mdns: true }))
  await until('mesh', () => isMesh(machines), 60_000)
  for (const [at, machine] of machines.entries()) {
    const addresses = machine.last('ready')!['addresses'] as string[]
    assert.ok(addresses.some((address) => address.startsWith(`/ip4/${world.addressOf(at)}/tcp/`)) && !addresses.join().includes('127.0.0.1'), addresses.join())
  }

  world.move(2, 'right')
  await until('silence noticed at both ends', () => machines[0]!.peers() === 1 && machines[1]!.peers() === 1 && machines[2]!.peers() === 0)
  world.move(2, 'left')
  const healMs = await until('mesh after heal', () => isMesh(machines))
  context.diagnostic(`mesh ${healMs} ms after the heal`)

  machines[1]!.child.kill('SIGKILL')
  await until('a killed one is missed', () => machines[0]!.peers() === 1 && machines[2]!.peers() === 1)
  const again = world.boot(1, { mdns: true })
  await until('mesh after restart', () => isMesh([machines[0]!, again, machines[2]!]))
  for (const { events } of [...machines, again]) assert.equal(events.find(({ event }) => event === 'crashed'), undefined)
})

test('without multicast a typed address is enough, and a frozen machine is noticed', options, async (context) => {
  const world = createNamespaces(2)
  context.after(world.remove)
  const [one, other] = [world.boot(0, {}), world.boot(1, {})]
  await until('both ready', () => one.last('ready') !== undefined && other.last('ready') !== undefined, 60_000)
  const [address] = other.last('ready')!['addresses'] as string[]
  one.say(`connect ${address}`)
  await until('connected', () => one.last('connected') !== undefined && isMesh([one, other]))
  other.child.kill('SIGSTOP')
  const noticedMs = await until('silence noticed', () => one.peers() === 0)
  context.diagnostic(`a frozen machine was noticed after ${noticedMs} ms`)
  other.child.kill('SIGCONT')
  await until('connected again', () => isMesh([one, other]))
})

test('a machine in two networks is found in both, also when it is plugged into the second while it runs', options, async (context) => {
  const world = createNamespaces(3)
  context.after(world.remove)
  world.renumber(1)
  world.move(1, 'right')
  const machines = [0, 1, 2].map((at) => world.boot(at, { mdns: true }))
  await until('two on the left are joined', () => machines[0]!.peers() === 1 && machines[2]!.peers() === 1, 60_000)
  assert.equal(machines[1]!.peers(), 0)
  world.plugSecond(2)
  await until('the third is found on the right', () => machines[1]!.peers() === 1 && machines[2]!.peers() === 2)
  machines[2]!.say('list')
  await until('list', () => machines[2]!.last('list') !== undefined)
  assert.deepEqual(machines[2]!.last('list')!['problems'], [])
})
