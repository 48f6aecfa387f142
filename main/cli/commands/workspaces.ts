/** Workspaces and belonging to them. */
import { createInterface } from 'node:readline/promises'
import { PeerError } from '../../../app/base/errors.ts'
import { JOIN_TIMEOUT_MS_MAX, NEARBY_MINUTES_MAX } from '../../../app/base/limits.ts'
import { wholeOption } from '../arguments.ts'
import type { CliCommand, Options } from '../command.types.ts'
import { columns, counted } from '../output.ts'

const JOIN_SECONDS = 60
const NEARBY_MINUTES = 10
/** What the host may need beyond the time it was given. */
const ANSWER_MS = 5000
const joinMs = (options: Options) => 1000 * (wholeOption(options, 'timeout', 1, JOIN_TIMEOUT_MS_MAX / 1000) ?? JOIN_SECONDS)

/** Leaving deletes entries that may be nowhere else: never without a word. */
const confirm = async (question: string): Promise<void> => {
  if (!process.stdin.isTTY) throw new PeerError('HOST_ARGUMENT_INVALID', { hint: 'Leaving deletes the workspace from this machine. Say --yes if that is meant.' })
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await terminal.question(`${question} [y/N] `).finally(() => terminal.close())
  if (!/^y(es)?$/i.test(answer.trim())) throw new PeerError('HOST_ARGUMENT_INVALID', { hint: 'Nothing was changed.' })
}

export const workspaceCommands: readonly CliCommand[] = [
  {
    kind: 'host',
    words: 'workspace create',
    takes: 'NAME',
    options: [],
    help: 'make a workspace on this machine',
    run: async ({ client, positionals: [name = ''] }) => {
      const json = await client.run('workspace.create', { name })
      return { json, text: `Made "${name}" (${json.workspace.slice(0, 8)}). Ask others in with: lanyard invite` }
    },
  },
  {
    kind: 'host',
    words: 'workspace list',
    takes: '',
    options: [],
    help: 'list the workspaces of this machine',
    run: async ({ client }) => {
      const { workspaces } = await client.run('status', {})
      const rows = workspaces.map(({ id, name, members, documents }) => [id.slice(0, 8), name, counted(members.filter((member) => !member.hasLeft).length, 'machine'), counted(documents, 'note')])
      return {
        json: { workspaces: workspaces.map(({ id, name, device, documents }) => ({ id, name, device, documents })) },
        text: rows.length === 0 ? 'None yet. Make one with: lanyard workspace create NAME' : columns(rows),
      }
    },
  },
  {
    kind: 'host',
    words: 'invite',
    takes: '',
    options: ['workspace', 'nearby', 'minutes'],
    help: `make a link that lets one machine in, for a day; --nearby: let people nearby ask, --minutes M (${NEARBY_MINUTES})`,
    run: async ({ client, workspace, options }) => {
      const minutes = wholeOption(options, 'minutes', 1, NEARBY_MINUTES_MAX) ?? NEARBY_MINUTES
      if (options.nearby === true) {
        const inside = await workspace()
        const { closesMs } = await client.run('nearby.open', { workspace: inside, minutes })
        return {
          json: { workspace: inside, closesMs },
          text: `Open to people nearby until ${new Date(closesMs).toLocaleTimeString()}: they see its name and this machine's. Who asks: lanyard nearby`,
        }
      }
      if (options.minutes !== undefined) throw new PeerError('HOST_ARGUMENT_INVALID', { hint: '--minutes belongs to --nearby.' })
      const json = await client.run('workspace.invite', { workspace: await workspace() })
      return { json, text: `${json.link}\nFor one machine, until ${new Date(json.expiresMs).toLocaleString()}. Whoever has it can join: send it privately.` }
    },
  },
  {
    kind: 'host',
    words: 'join',
    takes: 'LINK',
    options: ['timeout'],
    help: `join with a link; waits for a member, --timeout SECONDS (${JOIN_SECONDS})`,
    timeoutMs: (options) => joinMs(options) + ANSWER_MS,
    run: async ({ client, positionals: [link = ''], options }) => {
      const json = await client.run('workspace.join', { link, timeoutMs: joinMs(options) })
      return { json, text: `Joined (${json.workspace.slice(0, 8)}).` }
    },
  },
  {
    kind: 'host',
    words: 'leave',
    takes: '',
    options: ['workspace', 'yes'],
    help: 'leave a workspace and delete it from this machine (--yes: without asking)',
    timeoutMs: () => 60_000,
    run: async ({ client, workspace, options }) => {
      const left = await workspace()
      if (options.yes !== true) await confirm('Leave, and delete everything of this workspace from this machine?')
      const json = await client.run('workspace.leave', { workspace: left })
      return { json: { ...json, workspace: left }, text: json.told > 0 ? `Left. Told: ${counted(json.told, 'machine')}.` : 'Left. No other machine could be told: they will go on counting this one.' }
    },
  },
]
