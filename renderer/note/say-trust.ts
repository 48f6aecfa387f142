/** The trust line in words. */
import { sayTime } from '../components/time.ts'
import { strings } from '../strings.ts'
import type { SilentMachine, Trust } from './trust.ts'

export interface TrustWords {
  readonly claim: string
  /** Who can't be reached; empty when all can. */
  readonly silence: string
}

export const sayTrust = (trust: Trust): TrustWords => {
  if (trust.kind !== 'saved') return { claim: strings.trust[trust.kind], silence: '' }
  return { claim: trust.on === 1 ? strings.trust.here : strings.trust.on(trust.on, trust.of), silence: saySilence(trust.silent) }
}

const saySilence = ([first, ...rest]: readonly SilentMachine[]): string => {
  if (first === undefined) return ''
  return rest.length === 0 ? sayOne(first) : sayOne(first) + strings.trust.andMore(rest.length)
}

const sayOne = ({ name, lastHeardMs }: SilentMachine): string =>
  lastHeardMs === null ? strings.trust.neverHeard(name) : strings.trust.silent(name, sayTime(lastHeardMs))
