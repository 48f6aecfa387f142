/** A process that a benchmark asks things of: each question is a message with a name, and gets one answer. */

type Question = { readonly id: number; readonly op: string; readonly takes: never }
type Answers = Readonly<Record<string, (takes: never) => unknown>>

/** Milliseconds of the clock that all processes of a machine share. */
export const sharedMs = (): number => Number(process.hrtime.bigint()) / 1e6

/** Ends the process when the benchmark is gone. */
export const answerAll = (answers: Answers): void => {
  process.on('message', ({ id, op, takes }: Question) => {
    void answer(answers, op, takes).then((reply) => process.send?.({ id, ...reply }))
  })
  process.on('disconnect', () => process.exit(0))
  process.send?.({ id: 0 })
}

const answer = async (answers: Answers, op: string, takes: never) => {
  try {
    return { value: await answers[op]!(takes) }
  } catch (error) {
    return { error: error instanceof Error ? `${error.message} ${JSON.stringify((error as { details?: unknown }).details ?? '')}` : String(error) }
  }
}
