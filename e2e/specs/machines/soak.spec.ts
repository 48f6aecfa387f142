import { isClean, judgeExports, type Exports } from '../../soak/judge.ts'
import { judgeRuns } from '../../soak/flat.ts'
import type { Line } from '../../soak/ledger.ts'
import { pageOf } from '../../soak/page.ts'
import { drawPlan } from '../../soak/plan.ts'
import { reportOf } from '../../soak/report.ts'
import type { Sample } from '../../soak/samples.ts'
import { runSoak } from '../../soak/soak.ts'
import { expect, needsNamespaces, test } from '../../rig/lab.ts'

const without = (exports: Exports, machine: string, document: string, change: (text: string) => string): Exports => ({
  ...exports,
  [machine]: { ...exports[machine], [document]: change(exports[machine]?.[document] ?? '') },
})

test('a short soak ends with every saved line on every machine, once; a line taken away, doubled or changed is seen', async ({ lab }, info) => {
  needsNamespaces()
  const options = { seed: 20, machines: 3, lengthMs: 22_000, directory: info.outputDir }
  const result = await runSoak(lab, { ...options, say: (line) => console.log(line) })
  expect(result.findings).toEqual([])
  const report = reportOf(result)
  expect(report).toMatchObject({ ok: true, lines: { lost: 0, duplicated: 0, byNobody: 0, notesThatDiffer: 0 } })
  expect(report.lines.saved).toBeGreaterThan(20)
  expect(Object.keys(report.faults).length).toBeGreaterThan(1)
  expect(pageOf(result, report)).toContain('nothing found')

  const { texts, lines } = result
  const saved = lines.find(({ isSaved }) => isSaved) as Line
  const planted = (change: (text: string) => string) => judgeExports(without(texts, 'Ben', saved.document, change), lines)
  expect(isClean(judgeExports(texts, lines))).toBe(true)
  expect(planted((text) => text.replace(saved.text, ''))).toMatchObject({ lost: [`Ben: ${saved.text}`], different: [saved.document] })
  expect(planted((text) => `${text}\n${saved.text}\n`)).toMatchObject({ duplicated: [`Ben: 2 times ${saved.text}`], different: [saved.document] })
  expect(planted((text) => `${text}\nwritten by nobody\n`)).toMatchObject({ strange: ['Ben: written by nobody'], different: [saved.document] })
  expect(planted((text) => `${text}\n`)).toMatchObject({ lost: [], different: [saved.document] })
})

test('a line that was not acknowledged may be there or not, but once', () => {
  const line: Line = { text: 'a line', document: 'd', machine: 'Ada', by: 'api', isSaved: false }
  const judge = (text: string) => judgeExports({ Ada: { d: text }, Ben: { d: text } }, [line])
  expect(isClean(judge(''))).toBe(true)
  expect(isClean(judge('a line\n'))).toBe(true)
  expect(judge('a line\n\na line\n').duplicated).toHaveLength(2)
  expect(judgeExports({ Ada: { d: 'a line' }, Ben: { other: 'a line' } }, [line])).toMatchObject({ different: ['d', 'other'], strange: ['Ben: a line'] })
})

const samplesOf = (rssMiB: (minute: number) => number, descriptors: (minute: number) => number): Sample[] =>
  Array.from({ length: 200 }, (_, index) => {
    const atMs = index * 2000
    return { atMs, ageMs: atMs, machine: 'Ada', pid: 1, rssMiB: rssMiB(atMs / 60_000), descriptors: descriptors(atMs / 60_000), entries: null }
  })

test('memory or descriptors that grow after the warm-up are seen, and a short run is not judged', () => {
  const flat = (value: number) => () => value
  const grows = (samples: readonly Sample[]) => judgeRuns(samples).flatMap((run) => run.grows)
  expect(grows(samplesOf((minute) => Math.min(100 + 80 * minute, 150) + (Math.round(minute * 30) % 7), flat(40)))).toEqual([])
  expect(grows(samplesOf((minute) => 100 + 20 * minute, flat(40)))).toEqual(['memory'])
  expect(grows(samplesOf(flat(150), (minute) => 40 + 10 * minute))).toEqual(['descriptors'])
  expect(judgeRuns(samplesOf(flat(150), flat(40)).slice(0, 60))).toEqual([])
})

test('a seed draws one story; every kind of fault comes, none on a machine that is busy, and the first machine is never ended', () => {
  const options = { seed: 5, machines: 5, lengthMs: 600_000, hasClocks: true }
  const plan = drawPlan(options)
  expect(drawPlan(options)).toEqual(plan)
  expect(drawPlan({ ...options, seed: 6 })).not.toEqual(plan)
  const steps = plan.flatMap((round) => round.steps)
  const kinds = ['between', 'clock', 'disk', 'freeze', 'kill', 'multicast', 'oneWay', 'power', 'restart', 'sleep', 'split', 'unplug']
  expect([...new Set(steps.map(({ fault }) => fault.kind))].sort()).toEqual(kinds)
  expect(steps.filter(({ fault }) => 'machine' in fault && fault.machine === 0 && /kill|restart|power/.test(fault.kind))).toEqual([])
  for (const round of plan) {
    for (const [index, { atMs, fault }] of round.steps.entries()) {
      const before = round.steps.slice(0, index).filter((step) => 'machine' in fault && 'machine' in step.fault && step.fault.machine === fault.machine)
      for (const step of before) expect(step.atMs + step.forMs).toBeLessThanOrEqual(atMs)
    }
  }
})
