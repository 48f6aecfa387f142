/** What must hold: at every moment, and once everything is mended. */
import { codeOf } from '../base/errors.ts'
import type { DocumentId } from '../base/ids.ts'
import { CAUSAL_BUFFER_MAX } from '../base/limits.ts'
import type { Peer } from '../peer.types.ts'
import { blame } from './book.ts'
import type { Machine } from './machine.ts'
import type { World } from './world.ts'

export type Inspection = ReturnType<Peer['inspect']>

/** Undefined for a machine that is off, or has not joined, or knows nothing of the workspace any more. */
export const inspectionOf = (world: World, machine: Machine): Inspection | undefined => {
  if (!machine.run?.isUp || !world.joined.has(machine)) return undefined
  try {
    return machine.run.peer.inspect(world.workspace)
  } catch (error) {
    if (codeOf(error) === 'MEMBERSHIP_WORKSPACE_UNKNOWN') return undefined
    throw error
  }
}

/** Looks into every running machine again and again. */
export const createWatch = (world: World) => {
  /** (log, height) -> head hash: one log has one history, whoever holds it. */
  const heads = new Map<string, string>()
  /** Machine and run -> log -> height. */
  const heights = new Map<string, Map<string, number>>()

  const lookAtHeights = (machine: Machine, inspection: Inspection) => {
    const run = `${machine.name}${machine.run!.number}`
    const before = heights.get(run) ?? new Map<string, number>()
    heights.set(run, before)
    for (const [log, { height, headHash }] of inspection.heights) {
      if (height < (before.get(log) ?? 0)) blame(world.book, 'history', `${run}: a log went back from ${before.get(log)} to ${height} entries`)
      before.set(log, height)
      const at = `${log} ${height}`
      if ((heads.get(at) ?? headHash) !== headHash) blame(world.book, 'history', `${run}: has another history of a log of ${height} entries than somebody before`)
      heads.set(at, headHash)
    }
  }
  const strike = (machine: Machine) => {
    const act = world.whenWaiting.get(machine)
    world.whenWaiting.delete(machine)
    act?.()
  }
  return (machine: Machine): void => {
    const inspection = inspectionOf(world, machine)
    if (!inspection) return
    lookAtHeights(machine, inspection)
    if (inspection.pending > 0) world.sometimes.causalWait += 1
    if (inspection.pendingParts > 0) world.sometimes.partsSplit += 1
    if (inspection.pending + inspection.pendingParts > 0) strike(machine)
    if (inspection.pending > CAUSAL_BUFFER_MAX) blame(world.book, 'buffers', `${machine.name}: ${inspection.pending} entries wait, more than the limit`)
    if (inspection.quarantined > 0) blame(world.book, 'quarantine', `${machine.name}: ${inspection.quarantined} entries of honest authors are quarantined`)
  }
}

const heightsText = (inspection: Inspection): string =>
  [...inspection.heights].map(([log, { height, headHash }]) => `${log} ${height} ${headHash}`).sort().join('\n')

const sortedDocuments = (inspection: Inspection): DocumentId[] => [...inspection.documents].sort()

/** Each document's state is asked for once. */
export const withStatesKept = (inspection: Inspection): Inspection => {
  const states = new Map<DocumentId, Uint8Array | undefined>()
  const state = (document: DocumentId) => {
    if (!states.has(document)) states.set(document, inspection.state(document))
    return states.get(document)
  }
  return { ...inspection, state }
}

/** In which respects the second differs from the first; empty when they are equal. */
export const heightDifferences = (a: Inspection, b: Inspection): string[] =>
  heightsText(a) === heightsText(b) ? [] : ['heights or head hashes']

/** The same, of documents only. */
export const documentDifferences = (a: Inspection, b: Inspection): string[] => {
  const different: string[] = []
  if (sortedDocuments(a).join() !== sortedDocuments(b).join()) different.push('which notes there are')
  for (const document of sortedDocuments(a)) {
    const [here, there] = [a.state(document), b.state(document)]
    if (!here || !there || !areEqual(here, there)) different.push(`note ${document.slice(0, 4)}`)
  }
  if (JSON.stringify(a.index) !== JSON.stringify(b.index)) different.push('index')
  return different
}

const areEqual = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false
  return true
}

/** Nothing waits, in any respect. Where a disk broke while a big change was on its way, its other parts are gone with the only machine that
 *  ever had them: what waits for them waits for ever, shows nowhere, and must be the same at all. */
export const unfinished = ({ counts }: Pick<World, 'counts'>, inspections: readonly Inspection[]): string[] => {
  const parts = new Set(inspections.map(({ pendingParts }) => pendingParts))
  const isRest = counts.backups > 0 && parts.size === 1
  return [
    ...inspections.flatMap(({ pending }) => (pending > 0 ? [`${pending} entries pending`] : [])),
    ...[...parts].flatMap((count) => (count > 0 && !isRest ? [`${count} parts pending`] : [])),
  ]
}

/** Notes that are known by name only. */
export const absent = (inspection: Inspection): string[] =>
  inspection.documents.filter((document) => !inspection.state(document)).map((document) => `note ${document.slice(0, 4)} has not arrived`)
