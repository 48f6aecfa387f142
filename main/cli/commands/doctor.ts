/** Looks at everything that can keep machines apart, and says what to do. */
import type { Finding, FindingState } from '../../doctor/finding.ts'
import { judge } from '../../doctor/judge.ts'
import type { CliCommand } from '../command.types.ts'
import { EXIT_FAILED, EXIT_OK } from '../exit-codes.ts'
import { columns, counted } from '../output.ts'

/** Words, so that no colour is needed. */
const STATES: Readonly<Record<FindingState, string>> = { ok: 'ok', problem: 'PROBLEM', unknown: 'unknown' }

const rowsOf = ({ code, area, state, sentence, fix }: Finding): readonly (readonly string[])[] => [
  [STATES[state], area, sentence],
  ...(fix === null ? [] : [['', '', `What to do: ${fix}`]]),
  ...(state === 'problem' ? [['', '', `(${code})`]] : []),
]

const countOf = (findings: readonly Finding[], wanted: FindingState) => findings.filter(({ state }) => state === wanted).length

export const doctorText = (findings: readonly Finding[]): string => {
  const problems = countOf(findings, 'problem')
  const sum = `${problems === 0 ? 'No problem found' : counted(problems, 'problem')}; ${countOf(findings, 'unknown')} not known.`
  return `${columns(findings.flatMap(rowsOf))}\n\n${sum}`
}

export const doctorCommand: CliCommand = {
  kind: 'local',
  words: 'doctor',
  takes: '',
  options: [],
  help: 'what keeps this machine from the others: network, firewall, clock, versions, disk',
  run: async ({ dataDir }) => {
    const { lookAround } = await import('../../doctor/look.ts')
    const findings = judge(await lookAround(dataDir))
    const problems = countOf(findings, 'problem')
    return { json: { findings, problems }, text: doctorText(findings), exitCode: problems > 0 ? EXIT_FAILED : EXIT_OK }
  },
}
