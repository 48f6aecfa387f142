import { cpSync, rmSync } from 'node:fs'
import { expect, test } from '../../rig/lab.ts'
import type { Machine } from '../../rig/machine.ts'
import { cutPower, nextWrite } from '../../rig/wal.ts'
import { createDocument, expectEqual, expectNoEntryRefused, gather, markdownOf } from '../../rig/workspace.ts'

/** Appends until the machine dies; gives what it said was saved. */
const appendUntilDeath = async (machine: Machine, document: string, label: string, onSaved: (text: string) => void): Promise<void> => {
  for (let number = 1; ; number++) {
    const text = `${label} ${number} ${'x'.repeat(12_000)}`
    const { exitCode } = await machine.ask('doc', 'append', document, text)
    if (exitCode !== 0) return
    onSaved(text)
  }
}

const CUTS = 6

/** Which of these are not there, in words short enough to read. */
const missing = (saved: readonly string[], markdown: string) =>
  saved.filter((text) => !markdown.includes(text)).map((text) => text.slice(0, 40))

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test('kill -9 while writing loses nothing that was called saved', async ({ lab }) => {
  const [a, b] = await gather(lab, ['Ada', 'Ben'])
  const document = await createDocument(a!, 'Killed')
  await expectEqual([a!, b!])
  const saved: string[] = []
  for (let round = 1; round <= 3; round++) {
    const writers = [1, 2].map((writer) => appendUntilDeath(b!, document, `round ${round} writer ${writer}`, (text) => saved.push(text)))
    await pause(1500)
    await b!.kill()
    await Promise.all(writers)
    await b!.start()
    const markdown = await markdownOf(b!, document)
    expect(missing(saved, markdown)).toEqual([])
  }
  expect(saved.length).toBeGreaterThan(3)
  await expectEqual([a!, b!])
  console.log(`3 kills: ${saved.length} saved changes, all there`)
})

test('a power cut loses nothing that was called saved, and forks no log', async ({ lab }) => {
  test.skip(process.platform !== 'linux', 'what is flushed is watched through /proc')
  const [a, b] = await gather(lab, ['Ada', 'Ben'])
  const document = await createDocument(a!, 'Power cut')
  await expectEqual([a!, b!])
  const saved: string[] = []
  const lost: number[] = []
  await a!.stop()
  await a!.start({ watchFlushes: true })
  while (lost.length < CUTS) {
    const writers = [1, 2, 3].map((writer) => appendUntilDeath(a!, document, `cut ${lost.length} writer ${writer}`, (text) => saved.push(text)))
    await pause(1000)
    await nextWrite(a!.dataDir)
    await a!.kill()
    await Promise.all(writers)
    lost.push(cutPower(a!.dataDir, Math.random()))

    // Offline at first: what it lost is in Ben's hands only, and it must not write over it.
    await b!.stop()
    await a!.start({ watchFlushes: true })
    const markdown = await markdownOf(a!, document)
    expect(missing(saved, markdown)).toEqual([])
    const offline = `edited offline after cut ${lost.length}`
    await a!.cli('doc', 'append', document, offline)
    saved.push(offline)
    await b!.start()
    await expectEqual([a!, b!])
  }
  const markdown = await markdownOf(b!, document)
  expect(missing(saved, markdown)).toEqual([])
  await expectNoEntryRefused([a!, b!])
  console.log(`${lost.length} power cuts: lost ${lost.join(', ')} unflushed frames; ${saved.length} saved changes, all there, no fork`)
  expect(Math.max(...lost)).toBeGreaterThan(0)
})

test('a cloned data directory, started twice, goes on in both copies', async ({ lab }) => {
  const [a, b] = await gather(lab, ['Ada', 'Ben'])
  const document = await createDocument(a!, 'Cloned')
  await expectEqual([a!, b!])
  await b!.stop()
  const clone = lab.addMachine('Ben again')
  rmSync(clone.dataDir, { recursive: true, force: true })
  cpSync(b!.dataDir, clone.dataDir, { recursive: true })
  await b!.start()
  await clone.start()
  for (const machine of [a!, b!, clone]) await machine.cli('doc', 'append', document, `from ${machine.directory.at(-1)}`)
  await expectEqual([a!, b!, clone])
  const texts = await Promise.all([a!, b!, clone].map((machine) => markdownOf(machine, document)))
  expect(new Set(texts).size).toBe(1)
  for (const machine of lab.machines) expect(texts[0]).toContain(`from ${machine.directory.at(-1)}`)
  await expectNoEntryRefused(lab.machines)
})

test('an old copy of a data directory, put back, takes its own newer entries from the others', async ({ lab }) => {
  const [a, b] = await gather(lab, ['Ada', 'Ben'])
  const document = await createDocument(a!, 'Restored')
  await expectEqual([a!, b!])
  await a!.stop()
  const backup = `${a!.dataDir}-backup`
  cpSync(a!.dataDir, backup, { recursive: true })
  await a!.start()
  await a!.cli('doc', 'append', document, 'after the backup')
  await expectEqual([a!, b!])
  await a!.stop()
  rmSync(a!.dataDir, { recursive: true, force: true })
  cpSync(backup, a!.dataDir, { recursive: true })
  await a!.start()
  await a!.cli('doc', 'append', document, 'after the restore')
  await expectEqual([a!, b!])
  expect(await markdownOf(a!, document)).toContain('after the backup')
  expect(await markdownOf(b!, document)).toContain('after the restore')
})
