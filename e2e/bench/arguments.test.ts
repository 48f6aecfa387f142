import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { readArguments } from './arguments.ts'
import { loadTrace, madeUp } from './trace.ts'

const names = ['one', 'two']

test('without options everything runs, five rounds', () => {
  const given = readArguments([], names)
  assert.deepEqual([given.only, given.rounds, given.quick, given.json, given.writeDocs], [names, 5, false, false, false])
})

test('options are read, and wrong ones refused with what would be right', () => {
  assert.deepEqual(readArguments(['--only', 'two', '--json', '--rounds', '7'], names).only, ['two'])
  assert.equal(readArguments(['--quick'], names).rounds, 1)
  assert.throws(() => readArguments(['--only', 'three'], names), /one, two/)
  for (const rounds of ['0', 'x', '1.5', '51']) assert.throws(() => readArguments(['--rounds', rounds], names), /whole number/)
  assert.throws(() => readArguments(['--unknown'], names))
})

/** Replays; refuses an edit that is out of place. */
const replay = (edits: readonly (readonly [number, number, string])[]): number => {
  let length = 0
  for (const [position, deleted, inserted] of edits) {
    assert.ok(position >= 0 && position + deleted <= length)
    length += inserted.length - deleted
  }
  return length
}

test('the trace that is made up has the shape of B4, each edit in its place, the same every time', () => {
  const edits = madeUp()
  assert.equal(edits.length, 259_778)
  assert.equal(replay(edits), 104_852)
  assert.deepEqual(madeUp(500, 200), madeUp(500, 200))
})

test('a trace file is read as the public collection writes it', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'lanyard-trace-'))
  const file = path.join(folder, 'tiny.json.gz')
  writeFileSync(file, gzipSync(JSON.stringify({ txns: [{ patches: [[0, 0, 'ab']] }, { patches: [[1, 1, ''], [1, 0, 'c']] }] })))
  const trace = loadTrace(folder, file)
  assert.deepEqual([trace.edits, trace.length, trace.name], [3, 2, 'TINY'])
  assert.deepEqual(JSON.parse(readFileSync(trace.file, 'utf8')), [[0, 0, 'ab'], [1, 1, ''], [1, 0, 'c']])
  rmSync(folder, { recursive: true })
})
