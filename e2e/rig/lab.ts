/** The machines of one test, and the network between them. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test as base, type TestInfo } from '@playwright/test'
import { removeLeftoverDisks } from './disk.ts'
import { createMachine, type Machine } from './machine.ts'
import { createNamespaces, removeLeftovers } from './namespaces.ts'
import { loopbackNetwork } from './network.ts'

const onNamespaces = process.env['LANYARD_MACHINES'] === 'namespaces'
/** Ports of this run's machines on loopback, one after the other: a restart must not move a machine. */
let nextPort = 20_000 + (process.pid % 20_000)
const onLoopback = () => ['--listen', `/ip4/127.0.0.1/tcp/${nextPort++}`, '--no-discovery']

export interface MachinePlan {
  readonly serveArgs?: readonly string[]
  readonly dataDir?: string
}

export interface Lab {
  /** A machine that is not started yet. */
  addMachine(name: string, options?: MachinePlan): Machine
  /** A machine that is ready. */
  startMachine(name: string, options?: MachinePlan): Promise<Machine>
  readonly machines: readonly Machine[]
  /** Where nobody is found by itself, on loopback: each of these is told the addresses of the others. */
  introduce(machines: readonly Machine[]): Promise<void>
  /** Nothing passes between machines of different groups. Replaces all cuts. */
  split(...groups: readonly (readonly Machine[])[]): void
  /** These two don't reach each other; everybody else does. Replaces all cuts. */
  cutBetween(one: Machine, other: Machine): void
  cutOneWay(from: Machine, to: Machine): void
  blockMulticast(): void
  /** Its cable is out: no link, no address. */
  unplug(machine: Machine): void
  /** In again, with the address it had, or another one. */
  plug(machine: Machine, address?: string): void
  heal(): void
  close(): Promise<void>
}

export const createLab = (directory: string): Lab => {
  if (onNamespaces) {
    removeLeftovers()
    removeLeftoverDisks()
  }
  const network = onNamespaces ? createNamespaces() : loopbackNetwork()
  const machines: Machine[] = []
  const addMachine = (name: string, { serveArgs = [], dataDir }: MachinePlan = {}) => {
    const key = `m${machines.length + 1}`
    const args = onNamespaces ? serveArgs : [...onLoopback(), ...serveArgs]
    const place = { directory: path.join(directory, key), dataDir }
    const machine = createMachine({ name, key, ...place, socket: network.addMachine(key), serveArgs: args })
    machines.push(machine)
    return machine
  }
  return {
    machines,
    introduce: async (known) => {
      if (onNamespaces) return
      for (const [index, machine] of known.entries()) {
        for (const { ready } of known.slice(index + 1)) await machine.cli('connect', ready.addresses[0] ?? '')
      }
    },
    split: (...groups) => network.split(groups.map((group) => group.map(({ key }) => key))),
    cutBetween: (one, other) => network.cutBetween(one.key, other.key),
    cutOneWay: (from, to) => network.cutOneWay(from.key, to.key),
    blockMulticast: () => network.blockMulticast(),
    unplug: ({ key }) => network.unplug(key),
    plug: ({ key }, address) => network.plug(key, address),
    heal: () => network.heal(),
    addMachine,
    startMachine: async (name, options) => {
      const machine = addMachine(name, options)
      await machine.start()
      return machine
    },
    close: async () => {
      await Promise.all(machines.map((machine) => machine.close()))
      network.close()
    },
  }
}

const whyLoopback = process.env['LANYARD_LOOPBACK_REASON'] || 'start them with npm run e2e'
/** Skips with the reason where machines are only processes on loopback. */
export const needsNamespaces = () => base.skip(!onNamespaces, `only network namespaces can show this: ${whyLoopback}`)

/** What a failed test looked like, on every machine. */
const attachEvidence = async (lab: Lab, info: TestInfo) => {
  for (const { name, logFile, pages } of lab.machines) {
    if (existsSync(logFile)) await info.attach(`host of ${name}`, { body: readFileSync(logFile, 'utf8').slice(-20_000), contentType: 'text/plain' })
    for (const page of pages) {
      const image = await page.screenshot({ timeout: 5000 }).catch(() => undefined) // the browser itself may be what broke
      if (image !== undefined) await info.attach(`screen of ${name}`, { body: image, contentType: 'image/png' })
    }
  }
}

export const test = base.extend<{ lab: Lab }>({
  // Playwright reads what a fixture needs from the pattern of its first parameter.
  lab: async ({}, use, info) => {
    const lab = createLab(info.outputPath('lab'))
    await use(lab)
    if (info.status !== info.expectedStatus) await attachEvidence(lab, info)
    await lab.close()
  },
})
export { expect } from '@playwright/test'
