/** A process that a benchmark asks things of: the same questions as main/bench/ops.ts answers. */
export const sharedMs = () => Number(process.hrtime.bigint()) / 1e6

const answer = async (answers, op, takes) => {
  try {
    return { value: await answers[op](takes) }
  } catch (error) {
    return { error: error.stack ?? String(error) }
  }
}

export const answerAll = (answers) => {
  process.on('message', ({ id, op, takes }) => void answer(answers, op, takes).then((reply) => process.send({ id, ...reply })))
  process.on('disconnect', () => process.exit(0))
  process.send({ id: 0 })
}

/** Types at a steady pace, late keys not made up for; when each key went down. */
export const typeInto = async (insert, { count, gapMs, burst = 1 }) => {
  const typedMs = []
  const startMs = sharedMs()
  for (let turn = 0; typedMs.length < count; turn++) {
    const waitMs = startMs + turn * gapMs - sharedMs()
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
    for (let key = 0; key < burst && typedMs.length < count; key++) {
      typedMs.push(sharedMs())
      insert('x')
    }
  }
  return typedMs
}

/** Notes when each of so many characters is there. `length` gives how many are; call `changed` after every change. */
export const watcher = (length) => {
  let times = []
  let wanted = 0
  let from = 0
  let done = Promise.withResolvers()
  return {
    watch: (count) => {
      times = []
      wanted = count
      from = length()
      done = Promise.withResolvers()
    },
    changed: () => {
      if (times.length >= wanted) return
      const now = sharedMs()
      for (const here = length() - from; times.length < Math.min(here, wanted);) times.push(now)
      if (times.length === wanted) done.resolve(times)
    },
    arrivals: () => done.promise,
  }
}
