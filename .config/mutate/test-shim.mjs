/** Stands for `node:test` while mutants are tried: keeps the tests of a file instead of running them, so that one process can run the ones
 *  it wants, again and again. What our tests don't use is missing, and fails loudly. */

let collected

/** Gathers what `load` registers. */
export const collect = async (load) => {
  const file = { tests: [], after: [] }
  collected = { file, names: [], beforeEach: [], afterEach: [] }
  await load()
  return file
}

export const test = (name, ...rest) => {
  const run = rest.findLast((value) => typeof value === 'function')
  const { skip } = rest.find((value) => typeof value === 'object') ?? {}
  const { names, beforeEach, afterEach, file } = collected
  file.tests.push({ name: [...names, name].join(' '), run, skip, beforeEach, afterEach })
}
export const it = test

export const describe = (name, define) => {
  const around = collected
  const { names, beforeEach, afterEach, file } = around
  collected = { file, names: [...names, name], beforeEach: [...beforeEach], afterEach: [...afterEach] }
  define()
  collected = around
}
export const suite = describe

export const after = (act) => collected.file.after.push(act)
export const beforeEach = (act) => collected.beforeEach.push(act)
export const afterEach = (act) => collected.afterEach.push(act)

/** Runs one test as node:test would. Gives false when it skipped itself.
 *  @throws what the test throws */
export const runTest = async ({ name, run, skip, beforeEach: before, afterEach: behind }) => {
  if (skip) return false
  const cleanUps = []
  let isSkipped = false
  const context = {
    name,
    after: (act) => cleanUps.push(act),
    skip: () => { isSkipped = true },
    diagnostic: () => {},
  }
  try {
    for (const act of before) await act(context)
    await run(context)
  } finally {
    for (const act of [...behind, ...cleanUps.reverse()]) await act(context)
  }
  return !isSkipped
}
