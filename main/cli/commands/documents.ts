/** Notes. What one of these commands returned for is saved: it survives a power cut. */
import { readFileSync, statSync } from 'node:fs'
import type { DocumentView, MachineHoldsView } from '../../../app/api/views.ts'
import { PeerError } from '../../../app/base/errors.ts'
import type { DocumentId, WorkspaceId } from '../../../app/base/ids.ts'
import { MARKDOWN_BYTES_MAX } from '../../../app/base/limits.ts'
import { textOption } from '../arguments.ts'
import type { CliCommand, HostCall } from '../command.types.ts'
import { findDocument } from '../find.ts'
import { columns, sortedJson, timeText } from '../output.ts'

interface Place {
  readonly workspace: WorkspaceId
  readonly document: DocumentId
}

/** The note that the first word names. */
const placeOf = async ({ client, workspace, positionals: [asked = ''] }: HostCall): Promise<Place> => {
  const inside = await workspace()
  return { workspace: inside, document: await findDocument(client, inside, asked) }
}

/** @throws HOST_FILE_UNREADABLE, DOCUMENTS_TOO_LARGE */
const readMarkdown = (file: string): string => {
  try {
    if (statSync(file).size <= MARKDOWN_BYTES_MAX) return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new PeerError('HOST_FILE_UNREADABLE', { file }, { cause })
  }
  throw new PeerError('DOCUMENTS_TOO_LARGE', { file })
}

const stateText = ({ here, readOnly, waitingFor }: DocumentView): string => {
  if (!here) return `waiting for the first copy${waitingFor.length > 0 ? ` from ${waitingFor.join(' or ')}` : ''}`
  return readOnly ? 'read-only: a newer version wrote it' : ''
}

const listText = (documents: readonly DocumentView[]): string =>
  columns(documents.map((item) => [item.document, item.title, `${timeText(item.changedMs, Date.now())} by ${item.changedBy}`, stateText(item)]))

const HOLDS = { all: 'has all of it', behind: 'is behind', unknown: 'not known' }
const machineRow = ({ name, self, holds, asOfMs, reachable, lastHeardMs }: MachineHoldsView): readonly string[] => [
  self ? `${name} (this machine)` : name,
  HOLDS[holds],
  asOfMs === null ? '' : `as of ${timeText(asOfMs, Date.now())}`,
  self || reachable ? '' : `last heard ${timeText(lastHeardMs, Date.now())}`,
]

const change = (words: string, kind: 'document.trash' | 'document.restore', help: string, done: string): CliCommand => ({
  kind: 'host',
  words,
  takes: 'DOC',
  options: ['workspace'],
  help,
  run: async (call) => {
    const place = await placeOf(call)
    await call.client.run(kind, place)
    return { json: { document: place.document }, text: done }
  },
})

export const documentCommands: readonly CliCommand[] = [
  {
    kind: 'host',
    words: 'doc create',
    takes: '',
    options: ['workspace', 'title', 'file'],
    help: 'make a note: --title T, --file F.md for its text',
    run: async ({ client, workspace, options }) => {
      const title = textOption(options, 'title')
      const file = textOption(options, 'file')
      if (title === undefined) throw new PeerError('HOST_ARGUMENT_INVALID', { hint: '"doc create" takes --title T.' })
      const json = await client.run('document.create', { workspace: await workspace(), title, markdown: file === undefined ? '' : readMarkdown(file) })
      return { json, text: `Made "${title}": ${json.document}` }
    },
  },
  {
    kind: 'host',
    words: 'doc list',
    takes: '',
    options: ['workspace', 'trash'],
    help: 'list the notes (--trash: those in the trash)',
    run: async ({ client, workspace, options }) => {
      const json = await client.run('document.list', { workspace: await workspace(), trash: options.trash === true })
      return { json, text: json.documents.length === 0 ? 'No notes.' : listText(json.documents) }
    },
  },
  {
    kind: 'host',
    words: 'doc show',
    takes: 'DOC',
    options: ['workspace', 'format'],
    help: 'print a note: --format md (default) or json',
    run: async (call) => {
      const format = textOption(call.options, 'format') ?? 'md'
      if (format !== 'md' && format !== 'json') throw new PeerError('HOST_ARGUMENT_INVALID', { hint: '--format is md or json.' })
      const place = await placeOf(call)
      if (format === 'md') {
        const { markdown } = await call.client.run('document.markdown', place)
        return { json: { document: place.document, markdown }, text: markdown.replace(/\n$/, '') }
      }
      const { json } = await call.client.run('document.json', place)
      return { json: { document: place.document, json }, text: sortedJson(json) }
    },
  },
  {
    kind: 'host',
    words: 'doc append',
    takes: 'DOC TEXT',
    options: ['workspace'],
    help: 'add a paragraph for each line of TEXT; returns once it is saved',
    run: async (call) => {
      const place = await placeOf(call)
      await call.client.run('document.append', { ...place, text: call.positionals[1] ?? '' })
      return { json: { document: place.document }, text: 'Saved.' }
    },
  },
  {
    kind: 'host',
    words: 'doc rename',
    takes: 'DOC TITLE',
    options: ['workspace'],
    help: 'give a note another title',
    run: async (call) => {
      const place = await placeOf(call)
      await call.client.run('document.rename', { ...place, title: call.positionals[1] ?? '' })
      return { json: { document: place.document }, text: 'Renamed.' }
    },
  },
  change('doc delete', 'document.trash', 'move a note to the trash', 'In the trash. Back with: lanyard doc restore'),
  change('doc restore', 'document.restore', 'take a note out of the trash', 'Restored.'),
  {
    kind: 'host',
    words: 'doc where',
    takes: 'DOC',
    options: ['workspace'],
    help: 'which machines have all of a note, by their receipts',
    run: async (call) => {
      const json = await call.client.run('document.where', await placeOf(call))
      return { json, text: columns(json.machines.map(machineRow)) }
    },
  },
]
