/** How long from ready, and from a heal, to a full mesh of five real machines in namespaces.
 *  Run as root: `node app/network/mesh.bench.ts` */
import { createNamespaces, until, type Machine } from './testing/namespaces.ts'

const COUNT = 5
const SPLITS_MS = [3000, 8000, 15_000, 30_000]

const world = createNamespaces(COUNT)
const isMesh = (machines: readonly Machine[], size = machines.length) => machines.every((machine) => machine.peers() === size - 1)
const lastMs = (machines: readonly Machine[], event: string) => Math.max(...machines.map((machine) => machine.last(event)?.atMs ?? 0))
const firstAfter = (machines: readonly Machine[], event: string, afterMs: number) =>
  machines.flatMap(({ events }) => events.filter((each) => each.event === event && each.atMs > afterMs).map(({ atMs }) => atMs - afterMs))

try {
  const machines = Array.from({ length: COUNT }, (_, at) => world.boot(at, { mdns: true }))
  await until('full mesh', () => isMesh(machines), 60_000)
  const figures: Record<string, unknown> = { readyToMeshMs: lastMs(machines, 'up') - lastMs(machines, 'ready') }
  for (const splitMs of SPLITS_MS) {
    await new Promise((resolve) => setTimeout(resolve, 2000))
    const cutMs = Date.now()
    for (const at of [0, 1]) world.move(at, 'right')
    await new Promise((resolve) => setTimeout(resolve, splitMs))
    const noticed = firstAfter(machines, 'down', cutMs)
    const healMs = Date.now()
    for (const at of [0, 1]) world.move(at, 'left')
    await until('mesh after heal', () => isMesh(machines), 60_000)
    const ups = firstAfter(machines, 'up', healMs)
    figures[`split ${splitMs / 1000} s`] = { noticedMs: [Math.min(...noticed), Math.max(...noticed)], healToMeshMs: Math.max(0, ...ups), ups: ups.length }
  }
  const crashes = machines.flatMap(({ events }) => events.filter(({ event }) => event === 'crashed'))
  process.stdout.write(`${JSON.stringify({ ...figures, crashes: crashes.length }, undefined, 1)}\n`)
} finally {
  await world.remove()
}
