/** A fault in words. */
import type { Fault } from './plan.ts'

const minutes = (ms: number) => {
  const whole = Math.round(Math.abs(ms) / 60_000)
  return whole < 120 ? `${whole} minutes` : whole < 48 * 60 ? `${whole / 60} hours` : `${Math.round(whole / 60 / 24)} days`
}

export const wordsOf = (fault: Fault, names: readonly string[]): string => {
  const name = (machine: number) => names[machine] ?? `machine ${machine}`
  switch (fault.kind) {
    case 'split': return `nothing passes between ${fault.groups.map((group) => group.map(name).join(' and ')).join(' | ')}`
    case 'oneWay': return `nothing passes from ${name(fault.from)} to ${name(fault.to)}`
    case 'between': return `${name(fault.one)} and ${name(fault.other)} don't reach each other`
    case 'multicast': return 'no multicast passes'
    case 'unplug': return `${name(fault.machine)}'s cable is out${fault.moves ? ', and it comes back with another address' : ''}`
    case 'kill': return `${name(fault.machine)} is killed (kill -9)`
    case 'restart': return `${name(fault.machine)} is stopped in good order`
    case 'freeze': return `${name(fault.machine)} is frozen (SIGSTOP)`
    case 'sleep': return `${name(fault.machine)} sleeps longer than every timeout`
    case 'disk': return `${name(fault.machine)}'s disk is full`
    case 'power': return `${name(fault.machine)}'s power is cut`
    case 'clock': return `${name(fault.machine)}'s clock is ${minutes(fault.aheadMs)} ${fault.aheadMs < 0 ? 'behind' : 'ahead'}`
  }
}

/** The machine it happens to; undefined: the network. */
export const machineOf = (fault: Fault): number | undefined => ('machine' in fault ? fault.machine : undefined)

export const clockText = (ms: number): string => `${String(Math.floor(ms / 60_000)).padStart(2, '0')}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}`
