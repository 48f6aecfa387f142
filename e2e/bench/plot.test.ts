import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plot } from './plot.ts'
import type { Curve } from './result.ts'

const curve = (points: readonly (readonly [number, number])[], isLog = false): Curve => ({
  id: 'c', title: 'Time < by size', x: { label: 'size', isLog }, y: { label: 'ms', isLog }, lines: [{ name: 'ours & theirs', points }],
})
const dots = (svg: string) => [...svg.matchAll(/<circle class="d0" cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)] as const)

test('a plot has its title, its axes with units, a legend, and a place for each point', () => {
  const svg = plot(curve([[1, 10], [2, 20], [4, 80]]))
  for (const text of ['Time &lt; by size', '>size<', '>ms<', 'ours &amp; theirs', 'prefers-color-scheme:dark']) assert.ok(svg.includes(text), text)
  const [first, second, third] = dots(svg)
  assert.ok(first![0] < second![0] && second![0] < third![0])
  // More is higher up, and up is less in SVG; nothing leaves the picture.
  assert.ok(first![1] > second![1] && second![1] > third![1] && third![1] >= 44)
})

test('on logarithmic axes equal factors are equal ways', () => {
  const [first, second, third] = dots(plot(curve([[10, 1], [100, 10], [1000, 100]], true)))
  assert.ok(Math.abs(second![0] - first![0] - (third![0] - second![0])) < 0.2)
  assert.ok(Math.abs(second![1] - first![1] - (third![1] - second![1])) < 0.2)
})

test('zero has no place on a logarithmic axis: it becomes a plain one', () => {
  assert.equal(dots(plot(curve([[0, 0], [10, 5]], true))).length, 2)
})
