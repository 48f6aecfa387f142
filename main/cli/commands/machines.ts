/** This machine, the others, and what is known of them. */
import type { MemberView, StatusView, WorkspaceView } from '../../../app/api/views.ts'
import { sentence } from '../../../app/base/errors.ts'
import type { CliCommand } from '../command.types.ts'
import { columns, counted, timeText } from '../output.ts'

const HOLDS = { all: 'has everything', behind: 'is behind', unknown: 'not known' }

/** Reachable is about now; what it holds is about its last receipt. Never one for the other. */
const memberRow = (member: MemberView): readonly string[] => {
  if (member.self) return [`  ${member.name}`, 'this machine', '', '']
  if (member.hasLeft) return [`  ${member.name}`, 'has left', '', '']
  const reachable = member.reachable ? 'reachable' : `last heard ${timeText(member.lastHeardMs, Date.now())}`
  return [`  ${member.name}`, reachable, HOLDS[member.holds], member.asOfMs === null ? '' : `as of ${timeText(member.asOfMs, Date.now())}`]
}

const workspaceText = (workspace: WorkspaceView): string => {
  const counts = [counted(workspace.documents, 'note'), counted(workspace.entries, 'entry')]
  if (workspace.pending > 0) counts.push(`${workspace.pending} waiting for others before them`)
  if (workspace.unsaved > 0) counts.push(`${workspace.unsaved} not saved yet`)
  if (workspace.isFilling) counts.push('still arriving')
  return `${columns([[workspace.name, workspace.id.slice(0, 8), counts.join(', ')]])}\n${columns(workspace.members.map(memberRow))}`
}

const statusText = (status: StatusView): string => {
  const head = columns([['Machine', status.machine], ['Version', status.version], ['Listens at', status.addresses.join('  ') || 'nowhere'], ['Discovery', status.discovers ? 'on' : 'off']])
  const notices = status.notices.map((notice) => `! ${notice.sentence}`)
  return [head, ...notices, ...status.workspaces.map(workspaceText)].join('\n\n')
}

export const machineCommands: readonly CliCommand[] = [
  {
    kind: 'host',
    words: 'status',
    takes: '',
    options: [],
    help: 'this machine, its workspaces and their machines',
    run: async ({ client }) => {
      const json = await client.run('status', {})
      return { json, text: statusText(json) }
    },
  },
  {
    kind: 'host',
    words: 'peers',
    takes: '',
    options: [],
    help: 'connections to other running machines',
    run: async ({ client }) => {
      const json = await client.run('peers', {})
      const rows = json.peers.map(({ address, state, proven, code }) => [address, state, proven.map(({ name }) => name).join(', '), code === null ? '' : sentence(code)])
      return { json, text: rows.length === 0 ? 'Nobody found yet.' : columns(rows) }
    },
  },
  {
    kind: 'host',
    words: 'connect',
    takes: 'ADDRESS',
    options: [],
    help: 'connect to a machine by address, and remember it: 192.168.1.7:4001',
    run: async ({ client, positionals: [address = ''] }) => {
      const json = await client.run('connect', { address })
      return { json, text: `Connected to ${json.address}.` }
    },
  },
  {
    kind: 'host',
    words: 'rename',
    takes: 'NAME',
    options: [],
    help: 'rename this machine',
    run: async ({ client, positionals: [name = ''] }) => {
      await client.run('machine.rename', { name })
      return { json: { machine: name }, text: `This machine is now "${name}".` }
    },
  },
]
