/** `npm run bench -- --only NAME --json`, read and checked. */
import { parseArgs } from 'node:util'

export interface Arguments {
  readonly only: readonly string[]
  readonly json: boolean
  readonly quick: boolean
  readonly rounds: number
  readonly trace: string | undefined
  readonly writeDocs: boolean
  readonly fresh: boolean
  readonly profile: string | undefined
  readonly help: boolean
}

const ROUNDS = 5
const ROUNDS_MAX = 50

export const HELP = `Usage: npm run bench [-- options]

  --only NAME     one of the benchmarks; may be given more than once
  --trace FILE    the B4 trace as b4.json.gz; without it one of the same shape is made up
  --rounds N      default ${ROUNDS}; --quick: 1
  --quick         smaller, for a look: no evidence
  --json          results as JSON, on standard output
  --write-docs    keeps the results in docs/benchmarks/, and writes docs/benchmarks.md and its plots from all that are kept there
  --fresh         makes generated data anew
  --profile DIR   a processor profile of each host of ours, for Chromium's developer tools; what is measured is then no evidence
`

/** @throws Error with what is wrong */
export const readArguments = (args: readonly string[], names: readonly string[]): Arguments => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true }, json: { type: 'boolean' }, quick: { type: 'boolean' }, rounds: { type: 'string' },
      trace: { type: 'string' }, 'write-docs': { type: 'boolean' }, fresh: { type: 'boolean' }, profile: { type: 'string' }, help: { type: 'boolean' },
    },
  })
  const unknown = (values.only ?? []).find((name) => !names.includes(name) && name !== 'none')
  if (unknown !== undefined) throw new Error(`No benchmark is called ${unknown}. There are: ${names.join(', ')}`)
  const isQuick = values.quick === true
  const rounds = values.rounds === undefined ? (isQuick ? 1 : ROUNDS) : Number(values.rounds)
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > ROUNDS_MAX) throw new Error(`--rounds is a whole number from 1 to ${ROUNDS_MAX}.`)
  return {
    only: values.only ?? names, json: values.json === true, quick: isQuick, rounds, trace: values.trace,
    writeDocs: values['write-docs'] === true, fresh: values.fresh === true, profile: values.profile, help: values.help === true,
  }
}
