import type { CliCommand } from './command.types.ts'
import { columns } from './output.ts'

const usageOf = ({ words, takes }: CliCommand) => `lanyard ${words}${takes === '' ? '' : ` ${takes}`}`

const COMMON = [
  ['--data-dir D', 'the data directory (else LANYARD_DATA_DIR, else the usual place of this system)'],
  ['--profile P', 'a second, separate peer on this machine: the sibling directory ...-P'],
  ['--workspace W', 'which workspace, by id or name; may be left out while there is only one'],
  ['--json', 'one JSON value with sorted keys on standard output; errors as {"error":{"code","details","sentence"}} on the error stream'],
]

const EXITS = [
  ['0', 'done'],
  ['1', 'refused or failed; the code says why'],
  ['2', 'the command line has a mistake'],
  ['3', 'Lanyard is not running with this data directory; for serve: it already is'],
  ['4', 'nobody answered in time'],
]

export const helpText = (commands: readonly CliCommand[]): string =>
  [
    'Lanyard: a shared workspace for the machines of one room.',
    `Commands\n${columns(commands.map((command) => [`  ${usageOf(command)}`, command.help]))}`,
    `Options of all\n${columns(COMMON.map(([name = '', help = '']) => [`  ${name}`, help]))}`,
    `Exit codes\n${columns(EXITS.map(([code = '', help = '']) => [`  ${code}`, help]))}`,
    'DOC and W may be an id, the beginning of one (6 digits or more), or a title that only one has. A text that begins with "-" follows "--".',
  ].join('\n\n')
