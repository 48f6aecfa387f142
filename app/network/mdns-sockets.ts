import { createSocket } from 'node:dgram'
import type { EventEmitter } from 'node:events'
import { networkInterfaces } from 'node:os'
import mdns, { type MulticastDNS } from 'multicast-dns'
import type { Cancel, Clock } from '../base/clock.ts'
import { MDNS_INTERFACES_MAX } from '../base/limits.ts'
import type { Logger } from '../base/logger.ts'
import { isPlausible } from './mdns-packet.ts'

/** Why discovery does not work on an interface. */
export interface MdnsProblem {
  /** The interface's own address. */
  readonly interface: string
  /** We may be heard and not hear, or the other way round. */
  readonly kind: 'hear' | 'speak'
  /** The system's word for it: EACCES, ENODEV, ... */
  readonly code: string
}

export interface MdnsSocketsInit {
  readonly clock: Clock
  readonly logger: Logger
  readonly port: number
  readonly interfaces: () => readonly string[]
  readonly onPacket: (packet: unknown, sourceIp: string) => void
  /** A new interface can speak: announce on it. */
  readonly onReady: () => void
}

/** How soon an interface that came or went is noticed, and one that failed is tried again. */
const WATCH_MS = 3000

/** IPv4 addresses of this machine's interfaces that lead somewhere; loopback only if there is no other. */
export const multicastInterfaces = (): string[] => {
  const all = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).filter(({ family }) => family === 'IPv4'))
  const external = all.filter(({ internal }) => !internal)
  return (external.length > 0 ? external : all).map(({ address }) => address)
}

/** Keeps from the library what it would choke on. */
export const filtered = <Socket extends EventEmitter>(socket: Socket): Socket => {
  const emit = socket.emit.bind(socket)
  socket.emit = (event: string | symbol, ...args: unknown[]) =>
    event === 'message' && !isPlausible(args[0] as Uint8Array) ? false : emit(event, ...args)
  return socket
}

type Send = (socket: MulticastDNS, done: (error: Error | null | undefined) => void) => void

/** One multicast socket per interface, however they come and go. Nothing here throws or stops: what fails is listed. */
export const createMdnsSockets = ({ clock, logger, port, interfaces, onPacket, onReady }: MdnsSocketsInit) => {
  const sockets = new Map<string, MulticastDNS>()
  const problems = new Map<string, MdnsProblem>()
  let cancel: Cancel = () => {}

  const failed = (ip: string, kind: MdnsProblem['kind'], error: unknown) => {
    const code = codeIn(error)
    if (problems.get(`${kind} ${ip}`)?.code === code) return
    problems.set(`${kind} ${ip}`, { interface: ip, kind, code })
    logger.warn('mdns.failed', { interface: ip, kind, code })
  }
  const worked = (ip: string, kind: MdnsProblem['kind']) => {
    if (problems.delete(`${kind} ${ip}`)) logger.info('mdns.recovered', { interface: ip, kind })
  }
  const open = (ip: string) => {
    try {
      // Bound to every address: a socket bound to its interface's own does not get what is sent to the group.
      const socket = mdns({ interface: ip, bind: '0.0.0.0', port, socket: filtered(createSocket({ type: 'udp4', reuseAddr: true })) })
      sockets.set(ip, socket)
      socket.on('error', (error) => {
        failed(ip, 'hear', error)
        close(ip)
      })
      // Membership and packets that can not be read; the latter are no problem of ours.
      socket.on('warning', (error) => 'syscall' in error && failed(ip, 'hear', error))
      socket.on('networkInterface', () => worked(ip, 'hear'))
      socket.on('packet', (packet: unknown, source: { readonly address: string }) => onPacket(packet, source.address))
      socket.on('ready', onReady)
    } catch (error) {
      failed(ip, 'hear', error)
    }
  }
  const close = (ip: string) => {
    const socket = sockets.get(ip)
    sockets.delete(ip)
    try {
      socket?.destroy()
    } catch {
      // It failed before it was open: there is nothing to close.
    }
  }
  const watch = () => {
    cancel = clock.after(WATCH_MS, watch)
    const current = interfaces().slice(0, MDNS_INTERFACES_MAX)
    for (const ip of [...sockets.keys()]) if (!current.includes(ip)) close(ip)
    for (const [key, problem] of problems) if (!current.includes(problem.interface)) problems.delete(key)
    for (const ip of current) if (!sockets.has(ip)) open(ip)
  }
  const sendAll = (send: Send): Promise<void> =>
    new Promise((resolve) => {
      let waiting = sockets.size
      if (waiting === 0) return resolve()
      for (const [ip, socket] of sockets) {
        send(socket, (error) => {
          if (error) failed(ip, 'speak', error)
          else worked(ip, 'speak')
          if (--waiting === 0) resolve()
        })
      }
    })

  return {
    problems: () => [...problems.values()],
    isWorking: () => [...sockets.keys()].some((ip) => !problems.has(`hear ${ip}`) && !problems.has(`speak ${ip}`)),
    start: watch,
    watchNow: () => {
      cancel()
      watch()
    },
    /** Resolves when every interface has taken it, or refused. */
    sendAll,
    stop: () => {
      cancel()
      for (const ip of [...sockets.keys()]) close(ip)
    },
  }
}

const codeIn = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN')
