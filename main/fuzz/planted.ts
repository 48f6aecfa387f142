/** Shows that the fuzzer can fail: bugs of the kinds that decoders have, each planted in a copy of the source; it must find every one
 *  within the inputs of `npm test`. A text that is no longer there fails loudly: plant the bug in its new place. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface Bug {
  readonly name: string
  /** The decoder that must find it. */
  readonly target: string
  readonly file: string
  readonly text: string
  readonly becomes: string
}

const BUGS: readonly Bug[] = [
  { name: 'a number has more than one spelling', target: 'message', file: 'app/base/codec.ts', text: "        if (byte === 0 && scale > 1) throw malformed('varint has another spelling')\n", becomes: '' },
  { name: 'a height loses its upper bits', target: 'entry', file: 'app/log/envelope.ts', text: 'heads.push({ log: readLogId(reader), height: reader.varint(),', becomes: 'heads.push({ log: readLogId(reader), height: reader.varint() | 0,' },
  { name: 'an unknown kind of flow message is taken', target: 'frame', file: 'app/network/credits/wire.ts', text: "  const kind = KINDS[bytes[at]!]\n  if (!kind) throw new PeerError('BASE_BYTES_MALFORMED', { what: 'flow message' })\n", becomes: '  const kind = KINDS[bytes[at]!]!\n' },
  { name: 'no limit on how deep CBOR is', target: 'cbor', file: 'app/base/codec.ts', text: "  if (isDeepCbor(bytes)) throw malformed('cbor is too deep')\n", becomes: '' },
  { name: 'an id that is no text is shown', target: 'presence', file: 'app/base/ids.ts', text: "typeof text === 'string' ? text.slice(0, 80) : typeof text", becomes: 'String(text).slice(0, 80)' },
  { name: 'a welcome is believed to be a map', target: 'welcome', file: 'app/peer/workspace.ts', text: '(decodeCbor(bytes) ?? {})', becomes: '(decodeCbor(bytes))' },
  { name: 'a run that is refused is counted as here', target: 'log', file: 'app/log/log.ts', text: '    if (!checked.ok) return checked\n', becomes: "    if (!checked.ok && checked.code === 'LOG_ENTRY_MALFORMED') entries++\n    if (!checked.ok) return checked\n" },
  { name: 'a join that is refused forgets the handshake', target: 'handshake', file: 'app/sync/handshake.ts', text: "    if (!gate || !sentOffers.has(message.channel)) return [refuse('MEMBERSHIP_INVITE_UNKNOWN')]\n", becomes: "    if (!gate || !sentOffers.has(message.channel)) {\n      transcript = undefined\n      return [refuse('MEMBERSHIP_INVITE_UNKNOWN')]\n    }\n" },
  { name: 'an unknown kind of gossip has no code', target: 'receipt', file: 'app/cluster/gossip.ts', text: "      else throw new PeerError('SYNC_MESSAGE_MALFORMED', { kind })\n", becomes: "      else throw new TypeError('kind')\n" },
  { name: 'an edit of another writer moves the note before it is refused', target: 'update', file: 'app/documents/replica.ts', text: '    if (code) return refused(code)\n', becomes: '    if (code === \'DOCUMENTS_UPDATE_FOREIGN\') open.applyFromScreen(viewer, update.slice())\n    if (code) return refused(code)\n' },
  { name: 'a record is believed to hold a list', target: 'record', file: 'app/peer/records.ts', text: "  if (Array.isArray(value)) return value\n  throw new PeerError('STORE_BROKEN')\n", becomes: '  return value as unknown[]\n' },
  { name: 'a list item is believed to begin with text', target: 'markdown', file: 'app/documents/markdown-read.ts', text: "  if (!isAt(cursor, 'paragraph_open')) return createBlock(id, type, { attributes, children: readFlow(cursor) })\n", becomes: '' },
]

const ROOT = join(import.meta.dirname, '../..')
const INPUTS = 100_000
const AT_ONCE = 2

const plant = (bug: Bug, directory: string): string => {
  mkdirSync(directory)
  for (const part of ['app', 'main/fuzz', 'package.json']) cpSync(join(ROOT, part), join(directory, part), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'), 'junction')
  const path = join(directory, bug.file)
  const source = readFileSync(path, 'utf8')
  assert.equal(source.split(bug.text).length, 2, `"${bug.name}" can't be planted: ${bug.file} must hold this once:\n${bug.text}`)
  writeFileSync(path, source.replace(bug.text, () => bug.becomes))
  return directory
}

const fuzz = (directory: string, target: string): Promise<string> => new Promise((resolve, reject) => {
  const args = ['--expose-gc', join(directory, 'main/fuzz/fuzz.ts'), '--only', target, '--inputs', String(INPUTS), '--findings', '1', '--no-regressions']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const pipe of [child.stdout, child.stderr]) pipe.on('data', (bytes: Buffer) => void (output += bytes))
  child.once('error', reject)
  child.once('close', () => resolve(output))
})

const temporary = mkdtempSync(join(tmpdir(), 'lanyard-fuzz-'))
const seek = async (bug: Bug, index: number): Promise<boolean> => {
  const directory = plant(bug, join(temporary, String(index)))
  const output = await fuzz(directory, bug.target)
  const found = /^FOUND +(.*)\n +(.*)/m.exec(output)
  const inputs = /(\d+) inputs/.exec(output)?.[1]
  process.stdout.write(found ? `caught  ${bug.name}  (after ${inputs} inputs, ${found[1]})\n` : `MISSED  ${bug.name}: ${output.slice(0, 400)}\n`)
  rmSync(directory, { recursive: true })
  return found !== null
}

/** `planted.ts TARGET`: only those of one decoder. */
const [, , only] = process.argv
const waiting = [...BUGS.entries()].filter(([, { target }]) => only === undefined || target === only)
const missed: string[] = []
const worker = async () => {
  for (let next = waiting.shift(); next; next = waiting.shift()) if (!(await seek(next[1], next[0]))) missed.push(next[1].name)
}
try {
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
} finally {
  rmSync(temporary, { recursive: true })
}
process.exitCode = missed.length > 0 ? 1 : 0
