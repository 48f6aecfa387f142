/** Runs one command line. */
import { codeOf } from '../../app/base/errors.ts'
import { dataDirectory } from '../data-directory.ts'
import { version } from '../version.ts'
import { parseCommandLine, textOption, type Parsed } from './arguments.ts'
import type { Call, CliCommand } from './command.types.ts'
import { doctorCommand } from './commands/doctor.ts'
import { documentCommands } from './commands/documents.ts'
import { exportCommand } from './commands/export.ts'
import { machineCommands } from './commands/machines.ts'
import { nearbyCommands } from './commands/nearby.ts'
import { serveCommand } from './commands/serve.ts'
import { workspaceCommands } from './commands/workspaces.ts'
import { connectToHost, withDeadline } from './connection.ts'
import { EXIT_OK, exitCodeOf } from './exit-codes.ts'
import { findWorkspace } from './find.ts'
import { helpText } from './help.ts'
import { errorJson, errorText, sortedJson, type Output } from './output.ts'

const ANSWER_MS = 30_000

const infoCommands: readonly CliCommand[] = [
  {
    kind: 'local',
    words: 'version',
    takes: '',
    options: [],
    help: 'print the version',
    run: async () => ({ json: { version, node: process.versions.node }, text: `Lanyard ${version} (Node ${process.versions.node})` }),
  },
  {
    kind: 'local',
    words: 'help',
    takes: '',
    options: [],
    help: 'print this',
    run: async () => ({ json: { commands: commands.map(({ words, takes, help }) => ({ words, takes, help })) }, text: helpText(commands) }),
  },
]

export const commands: readonly CliCommand[] = [
  serveCommand, ...workspaceCommands, ...nearbyCommands, ...machineCommands,
  ...documentCommands, exportCommand, doctorCommand, ...infoCommands,
]

/** Gives the exit code. Standard output gets the result, the error stream what went wrong. */
export const runCommandLine = async (words: readonly string[]): Promise<number> => {
  let inJson = words.includes('--json')
  try {
    const parsed = parseCommandLine(commands, words)
    inJson = parsed.options.json === true
    return await runParsed(parsed, inJson)
  } catch (error) {
    process.stderr.write(`${inJson ? errorJson(error) : errorText(error)}\n`)
    return exitCodeOf(codeOf(error))
  }
}

const runParsed = async ({ command, positionals, options }: Parsed, inJson: boolean): Promise<number> => {
  const dataDir = dataDirectory({ dataDir: textOption(options, 'data-dir'), profile: textOption(options, 'profile') })
  const call = { positionals, options, dataDir }
  if (command.kind === 'serve') return command.run(call)
  const { json, text, exitCode = EXIT_OK } = command.kind === 'local' ? await command.run(call) : await runOnHost(command, call)
  if (inJson) process.stdout.write(`${sortedJson(json)}\n`)
  else if (text !== '') process.stdout.write(`${text}\n`)
  return exitCode
}

const runOnHost = async (command: CliCommand & { kind: 'host' }, call: Call): Promise<Output> => {
  const timeoutMs = command.timeoutMs?.(call.options) ?? ANSWER_MS
  const client = await connectToHost(call.dataDir)
  try {
    const workspace = () => findWorkspace(client, textOption(call.options, 'workspace'))
    return await withDeadline(command.run({ ...call, client, workspace }), timeoutMs)
  } finally {
    client.close()
  }
}
