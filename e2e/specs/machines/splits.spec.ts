import { expect, needsNamespaces, test } from '../../rig/lab.ts'
import { createDocument, expectEqual, expectReachable, gather, invite, joinBy, markdownOf, workspaceOf } from '../../rig/workspace.ts'

test('both sides of a split go on writing, and are equal soon after it heals', async ({ lab }) => {
  needsNamespaces()
  const [a, b, c] = await gather(lab, ['Ada', 'Ben', 'Cy'])
  const document = await createDocument(a!, 'Through the split')
  await expectEqual(lab.machines)
  lab.split([a!, b!], [c!])
  for (let round = 1; round <= 5; round++) {
    await Promise.all([a!, b!, c!].map((machine) => machine.cli('doc', 'append', document, `${machine.name} ${round}`)))
  }
  await expectEqual([a!, b!])
  expect(await markdownOf(c!, document)).not.toContain('Ada 5')
  await expectReachable(c!, 0)

  const healedMs = performance.now()
  lab.heal()
  await expectEqual(lab.machines)
  console.log(`equal ${((performance.now() - healedMs) / 1000).toFixed(1)} s after the heal`)
  for (const machine of lab.machines) {
    const markdown = await markdownOf(machine, document)
    for (const { name } of lab.machines) for (let round = 1; round <= 5; round++) expect(markdown).toContain(`${name} ${round}`)
  }
})

test('a machine that sees both sides joins them', async ({ lab }) => {
  needsNamespaces()
  const [a, b, c] = await gather(lab, ['Ada', 'Ben', 'Cy'])
  const document = await createDocument(a!, 'Over the bridge')
  await expectEqual(lab.machines)
  lab.cutBetween(a!, c!)
  await a!.cli('doc', 'append', document, 'from Ada')
  await c!.cli('doc', 'append', document, 'from Cy')
  await expectEqual([a!, b!, c!])
})

test('a cut of one direction only ends in the same entries once it heals', async ({ lab }) => {
  needsNamespaces()
  const [a, b] = await gather(lab, ['Ada', 'Ben'])
  const document = await createDocument(a!, 'One way')
  await expectEqual([a!, b!])
  lab.cutOneWay(a!, b!)
  await a!.cli('doc', 'append', document, 'from Ada')
  await b!.cli('doc', 'append', document, 'from Ben')
  lab.heal()
  await expectEqual([a!, b!])
  expect(await markdownOf(b!, document)).toContain('from Ada')
})

test('when the first machine is gone for good, the others go on and invite', async ({ lab }) => {
  const [a, b, c] = await gather(lab, ['Ada', 'Ben', 'Cy'])
  const document = await createDocument(a!, 'Outlives its machine')
  await expectEqual(lab.machines)
  await a!.kill()
  await b!.cli('doc', 'append', document, 'from Ben')
  await c!.cli('doc', 'append', document, 'from Cy')
  await expectEqual([b!, c!])
  const d = await lab.startMachine('Dora')
  await joinBy(d, await invite(c!))
  await d.cli('doc', 'append', document, 'from Dora').catch(() => undefined) // its text may still be on the way
  await expectEqual([b!, c!, d])
  expect(await markdownOf(d, document)).toContain('from Ben')
  expect((await workspaceOf(d)).members.map(({ name }) => name).sort()).toEqual(['Ada', 'Ben', 'Cy', 'Dora'])
})

test('a machine that sleeps is no longer called reachable, and catches up when it wakes', async ({ lab }) => {
  const [a, b] = await gather(lab, ['Ada', 'Ben'])
  const document = await createDocument(a!, 'While you slept')
  await expectEqual([a!, b!])
  b!.freeze()
  await expectReachable(a!, 0)
  await a!.cli('doc', 'append', document, 'from Ada')
  b!.thaw()
  await expectEqual([a!, b!])
  expect(await markdownOf(b!, document)).toContain('from Ada')
})
