/** All notes of a workspace as Markdown files. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { PeerError } from '../../../app/base/errors.ts'
import type { CliCommand } from '../command.types.ts'
import { fileNames } from '../file-names.ts'
import { counted } from '../output.ts'

/** @throws HOST_EXPORT_NOT_EMPTY, HOST_FILE_UNREADABLE */
const makeEmptyFolder = (directory: string): void => {
  let names: readonly string[]
  try {
    mkdirSync(directory, { recursive: true })
    names = readdirSync(directory)
  } catch (cause) {
    throw new PeerError('HOST_FILE_UNREADABLE', { directory, cause: String(cause) }, { cause })
  }
  if (names.length > 0) throw new PeerError('HOST_EXPORT_NOT_EMPTY', { directory })
}

export const exportCommand: CliCommand = {
  kind: 'host',
  words: 'doc export',
  takes: 'DIR',
  options: ['workspace'],
  help: 'write every note as a Markdown file into an empty or new folder',
  timeoutMs: () => 600_000,
  run: async ({ client, workspace: find, positionals: [folder = ''] }) => {
    const workspace = await find()
    const directory = path.resolve(folder)
    const { documents } = await client.run('document.list', { workspace, trash: false })
    makeEmptyFolder(directory)
    const names = fileNames(documents)
    const here = documents.filter((document) => document.here)
    const files: string[] = []
    for (const { document } of here) {
      const { markdown } = await client.run('document.markdown', { workspace, document })
      const name = names.get(document) ?? `${document}.md`
      writeFileSync(path.join(directory, name), markdown, { flag: 'wx' })
      files.push(name)
    }
    const waiting = documents.filter((document) => !document.here).map(({ document, title }) => ({ document, title }))
    const missing = waiting.length === 0 ? '' : ` ${waiting.length} more have not arrived on this machine yet.`
    return { json: { directory, files: files.sort(), waiting }, text: `${counted(files.length, 'note')} in ${directory}.${missing}` }
  },
}
