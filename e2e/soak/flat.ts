/** Whether a host's memory and descriptors stay where they are once it has warmed up. */
import type { Sample } from './samples.ts'

/** A host that just started still loads and reads what it missed. */
export const WARM_UP_MS = 60_000
/** Less than this says nothing. */
export const JUDGED_MS_MIN = 90_000
/** The end beside the middle. */
export const RSS_RATIO_MAX = 1.15
/** Over the second half. A run writes about one MiB a minute, which each host keeps. */
export const RSS_SLOPE_MIB_PER_MINUTE_MAX = 6
/** Links, screens and command lines come and go. */
export const DESCRIPTORS_MORE_MAX = 8

export interface HostRun {
  readonly machine: string
  readonly pid: number
  readonly lastedMs: number
  readonly rss: { readonly middleMiB: number; readonly endMiB: number; readonly ratio: number; readonly slopeMiBPerMinute: number }
  readonly descriptors: { readonly middle: number; readonly end: number }
  readonly grows: readonly ('memory' | 'descriptors')[]
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
const share = <T>(items: readonly T[], from: number, to: number): readonly T[] =>
  items.slice(Math.floor(items.length * from), Math.ceil(items.length * to))

/** Least squares, in units a minute. */
const slope = (samples: readonly Sample[], valueOf: (sample: Sample) => number): number => {
  const mean = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length
  const [meanMs, meanValue] = [mean(samples.map(({ atMs }) => atMs)), mean(samples.map(valueOf))]
  const over = samples.reduce((sum, sample) => sum + (sample.atMs - meanMs) * (valueOf(sample) - meanValue), 0)
  const under = samples.reduce((sum, { atMs }) => sum + (atMs - meanMs) ** 2, 0)
  return under === 0 ? 0 : (over / under) * 60_000
}

const judgeRun = (samples: readonly Sample[]): HostRun => {
  const [middle, end] = [share(samples, 0.4, 0.6), share(samples, 0.8, 1)]
  const middleMiB = median(middle.map(({ rssMiB }) => rssMiB))
  const endMiB = median(end.map(({ rssMiB }) => rssMiB))
  const rss = { middleMiB, endMiB, ratio: endMiB / middleMiB, slopeMiBPerMinute: slope(share(samples, 0.5, 1), ({ rssMiB }) => rssMiB) }
  const descriptors = { middle: median(middle.map((sample) => sample.descriptors)), end: median(end.map((sample) => sample.descriptors)) }
  // A heap that was collected just before the middle has a high ratio, one just before the end a steep slope: growth has both.
  const growsInMemory = rss.ratio > RSS_RATIO_MAX && rss.slopeMiBPerMinute > RSS_SLOPE_MIB_PER_MINUTE_MAX
  const growsInDescriptors = descriptors.end > descriptors.middle + DESCRIPTORS_MORE_MAX
  return {
    machine: samples[0]!.machine, pid: samples[0]!.pid, lastedMs: samples.at(-1)!.ageMs, rss, descriptors,
    grows: [...(growsInMemory ? (['memory'] as const) : []), ...(growsInDescriptors ? (['descriptors'] as const) : [])],
  }
}

/** One verdict for each host that ran long enough to have one. */
export const judgeRuns = (samples: readonly Sample[]): readonly HostRun[] =>
  [...Map.groupBy(samples, ({ pid }) => pid).values()]
    .map((run) => run.filter(({ ageMs }) => ageMs >= WARM_UP_MS))
    .filter((run) => run.length > 2 && run.at(-1)!.atMs - run[0]!.atMs >= JUDGED_MS_MIN)
    .map(judgeRun)
