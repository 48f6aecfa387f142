/** What is fuzzed: something that takes bytes of anybody. */
import type { ErrorCode } from '../../app/base/errors.ts'
import type { Material } from './mutate.ts'

/** A decoder, or whatever takes what a decoder gave, in its first state. */
export interface Taker {
  /** Undefined: taken, and what it decodes to encodes back to something that decodes equal. A code: refused.
   *  @throws PeerError, which is a refusal too; anything else it throws is a finding */
  take(input: Uint8Array): ErrorCode | undefined
  /** Everything that a refused input must leave as it is. */
  digest?(): string
  /** A valid input is still taken. @throws anything when not */
  works?(): void
}

export interface Target extends Material {
  /** As `--only` names it. */
  readonly name: string
  readonly create: () => Taker
  /** Inputs after which it begins afresh, because what it takes it keeps. */
  readonly inputsPerLife?: number
}

/** How one input broke a promise. */
export interface Finding {
  readonly kind: 'uncoded' | 'not the same again' | 'state changed' | 'stopped working' | 'slow' | 'memory'
  readonly what: string
  /** When it was an earlier one than that it was noticed at. */
  readonly input?: Uint8Array
}

/** Thrown by a taker whose value does not survive being encoded and decoded. */
export class NotTheSame extends Error {
  override readonly name = 'NotTheSame'
}
