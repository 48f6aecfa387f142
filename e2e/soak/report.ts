/** A soak in figures: what is printed as JSON, and what the page shows. */
import { DESCRIPTORS_MORE_MAX, RSS_RATIO_MAX, RSS_SLOPE_MIB_PER_MINUTE_MAX, WARM_UP_MS } from './flat.ts'
import type { SoakResult } from './soak.ts'

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
const round = (number: number, digits = 2) => Number(number.toFixed(digits))
const countBy = <T>(items: readonly T[], keyOf: (item: T) => string): Readonly<Record<string, number>> => {
  const counts = [...Map.groupBy(items, keyOf)].map(([key, group]) => [key, group.length] as const)
  return Object.fromEntries(counts.sort(([a], [b]) => (a < b ? -1 : 1)))
}

export const reportOf = (result: SoakResult) => {
  const { seed, names, hasClocks, happened, rounds, lines, states, samples, runs, findings, lastedMs } = result
  const last = rounds.at(-1)?.verdict
  const saved = lines.filter(({ isSaved }) => isSaved)
  return {
    ok: findings.length === 0,
    seed,
    machines: names.length,
    lastedSeconds: round(lastedMs / 1000, 1),
    lines: {
      written: lines.length,
      saved: saved.length,
      savedByCli: saved.filter(({ by }) => by === 'cli').length,
      /** Refused, or the host died before it answered: they may be there or not. */
      unacknowledged: countBy(lines.filter(({ isSaved }) => !isSaved), ({ code }) => code ?? 'no answer'),
      lost: last?.lost.length ?? null,
      duplicated: last?.duplicated.length ?? null,
      byNobody: last?.strange.length ?? null,
      notesThatDiffer: last?.different.length ?? null,
    },
    entries: Math.max(0, ...Object.values(states).map((state) => state?.entries ?? 0)),
    faults: countBy(happened, ({ kind }) => kind),
    clocksJumped: hasClocks,
    equalAfterSeconds: rounds.map(({ equalAfterMs }) => equalAfterMs === null ? null : round(equalAfterMs / 1000)),
    memory: {
      /** Unknown when no host ran long enough after its start. */
      verdict: runs.length === 0 ? 'unknown' : runs.every(({ grows }) => grows.length === 0) ? 'flat' : 'grows',
      bounds: {
        warmUpSeconds: WARM_UP_MS / 1000,
        endToMiddleMax: RSS_RATIO_MAX,
        slopeMiBPerMinuteMax: RSS_SLOPE_MIB_PER_MINUTE_MAX,
        descriptorsMoreMax: DESCRIPTORS_MORE_MAX,
      },
      hosts: runs.map(({ machine, lastedMs: ranMs, rss, descriptors }) => ({
        machine,
        ranSeconds: round(ranMs / 1000, 0),
        middleMiB: round(rss.middleMiB, 1),
        endMiB: round(rss.endMiB, 1),
        endToMiddle: round(rss.ratio),
        slopeMiBPerMinute: round(rss.slopeMiBPerMinute),
        descriptors: [descriptors.middle, descriptors.end],
      })),
      samples: samples.length,
      largestMiB: round(Math.max(0, ...samples.map(({ rssMiB }) => rssMiB)), 1),
    },
    hostsStarted: new Set(samples.map(({ pid }) => pid)).size,
    faultSeconds: round(sum(happened.map(({ fromMs, toMs }) => toMs - fromMs)) / 1000, 0),
    findings,
  }
}
export type Report = ReturnType<typeof reportOf>
