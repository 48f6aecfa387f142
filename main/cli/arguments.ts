/** From the words of a command line to a command and its options. */
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { PeerError } from '../../app/base/errors.ts'
import type { CliCommand, OptionName, Options } from './command.types.ts'

type OptionConfig = NonNullable<ParseArgsConfig['options']>[string]

const text: OptionConfig = { type: 'string' }
const flag: OptionConfig = { type: 'boolean' }

const OPTIONS: Readonly<Record<OptionName, OptionConfig>> = {
  'data-dir': text,
  profile: text,
  json: flag,
  help: { type: 'boolean', short: 'h' },
  workspace: { type: 'string', short: 'w' },
  timeout: text,
  title: text,
  file: text,
  format: text,
  trash: flag,
  yes: flag,
  nearby: flag,
  minutes: text,
  name: text,
  port: text,
  listen: { type: 'string', multiple: true },
  'no-discovery': flag,
  open: flag,
  'no-open': flag,
}

/** Every command takes these. */
export const COMMON_OPTIONS: readonly OptionName[] = ['data-dir', 'profile', 'json', 'help']

export interface Parsed {
  readonly command: CliCommand
  readonly positionals: readonly string[]
  readonly options: Options
}

const usage = (hint: string) => new PeerError('HOST_ARGUMENT_INVALID', { hint })

const parseWords = (words: readonly string[]) => {
  try {
    return parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true, strict: true })
  } catch (error) {
    throw usage((error as Error).message.split('. ', 1)[0] ?? '')
  }
}

/** The longest name that the words begin with. */
const findCommand = (commands: readonly CliCommand[], words: readonly string[]): CliCommand => {
  for (const count of [2, 1]) {
    const name = words.slice(0, count).join(' ')
    const found = words.length >= count ? commands.find((command) => command.words === name) : undefined
    if (found !== undefined) return found
  }
  throw usage(words.length === 0 ? 'No command is given.' : `There is no command "${words.slice(0, 2).join(' ')}".`)
}

const checkCount = (command: CliCommand, given: readonly string[]) => {
  const wanted = command.takes === '' ? [] : command.takes.split(' ')
  if (given.length < wanted.length) throw usage(`"${command.words}" also takes ${wanted.slice(given.length).join(' ')}.`)
  if (given.length > wanted.length) throw usage(`"${command.words}" takes ${wanted.length === 0 ? 'nothing' : command.takes}. Put quotes around a text with spaces.`)
}

/** `lanyard`, `lanyard --help` and `lanyard COMMAND --help` are the command `help`.
 *  @throws HOST_ARGUMENT_INVALID with a hint */
export const parseCommandLine = (commands: readonly CliCommand[], words: readonly string[]): Parsed => {
  const { values, positionals } = parseWords(words)
  const options = values as Options
  const name = positionals.length === 0 || options.help === true ? ['help'] : positionals
  const command = findCommand(commands, name)
  const rest = name.slice(command.words.split(' ').length)
  for (const option of Object.keys(options) as OptionName[]) {
    if (command.words === 'help' || COMMON_OPTIONS.includes(option) || command.options.includes(option)) continue
    throw usage(`"${command.words}" has no --${option}.`)
  }
  checkCount(command, rest)
  return { command, positionals: rest, options }
}

export const textOption = (options: Options, name: OptionName): string | undefined => {
  const value = options[name]
  return typeof value === 'string' ? value : undefined
}

/** @throws HOST_ARGUMENT_INVALID unless it is a whole number from `from` to `to` */
export const wholeOption = (options: Options, name: OptionName, from: number, to: number): number | undefined => {
  const value = textOption(options, name)
  if (value === undefined) return undefined
  const number = Number(value)
  if (/^\d{1,12}$/.test(value) && number >= from && number <= to) return number
  throw usage(`--${name} is a whole number from ${from} to ${to}.`)
}
