/** What is said of a handful of figures. */

/** The figure below which a share of them lies, by nearest rank. @param share from 0 to 1 */
export const percentile = (values: readonly number[], share: number): number => {
  if (values.length === 0) throw new Error('There is no percentile of nothing.')
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!
}

/** The mean of the middle two for an even number. */
export const median = (values: readonly number[]): number => {
  if (values.length === 0) throw new Error('There is no median of nothing.')
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Ours by theirs, round by round: what the machine did in a round, it did to both. */
export const ratios = (ours: readonly number[], theirs: readonly number[]): number[] => {
  const rounds = Math.min(ours.length, theirs.length)
  return Array.from({ length: rounds }, (_, round) => ours[round]! / theirs[round]!)
}

const digits = (value: number) => (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2)
export const figure = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: digits(value), minimumFractionDigits: 0 })

/** `12.3 [11–15]` */
export const spread = (values: readonly number[]): string =>
  values.length === 1 ? figure(values[0]!) : `${figure(median(values))} [${figure(Math.min(...values))}–${figure(Math.max(...values))}]`
