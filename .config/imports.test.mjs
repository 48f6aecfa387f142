/** The import table of docs/architecture.md is what the checker enforces: every wrong import, planted in a copy, is caught. */
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { at, nodeBinary, toolScript } from './lib/place.mjs'
import { run } from './lib/run.mjs'

const table = [...readFileSync(at('docs/architecture.md'), 'utf8').matchAll(/^\| ((?:app|main|renderer|e2e)\S*) \| (.+) \|$/gm)].map(([, room, may]) => ({ room, may }))
const checker = toolScript('dependency-cruiser')
const isFile = (room) => room.endsWith('.ts')
const folders = table.map(({ room }) => room).filter((room) => !isFile(room))
const REAL_ADAPTERS = ['app/store/sqlite.ts', 'app/network/libp2p.ts', 'app/network/mdns.ts', 'app/identity/crypto.ts']

let copy
let nextPlant = 0
const write = (file, text) => {
  mkdirSync(path.dirname(path.join(copy, file)), { recursive: true })
  writeFileSync(path.join(copy, file), text)
}

/** Plants one file in `folder` that imports `target`; gives its path. */
const plant = (folder, target, { suffix = '.ts', kind = 'import type' } = {}) => {
  const file = `${folder}/planted-${++nextPlant}${suffix}`
  const relative = path.posix.relative(folder, target)
  const inRepository = kind === 'import type'
  const source = !inRepository ? target : relative.startsWith('.') ? relative : `./${relative}`
  write(file, inRepository ? `import type { Planted } from '${source}'\nexport type P${nextPlant} = Planted\n` : `import '${source}'\n`)
  return file
}

const isAllowed = (room, target) => {
  const { may } = table.find((row) => row.room === room)
  if (room === target) return true
  if (may.startsWith('anything in app')) return target.startsWith('app/') && !may.slice('anything in app'.length).split(':')[0].includes(target)
  return may.split(':')[0].split(', ').includes(target)
}

const cases = []
const expectCaught = (what, file, rule) => cases.push({ what, file, rule })
const expectAllowed = (what, file) => cases.push({ what, file, rule: undefined })

const plantTable = () => {
  for (const folder of folders) write(`${folder}/planted-target.ts`, 'export type Planted = 1\n')
  for (const room of folders) {
    for (const target of folders) {
      const file = plant(room, `${target}/planted-target.ts`)
      const what = `${room} -> ${target}`
      if (isAllowed(room, target)) expectAllowed(what, file)
      else expectCaught(what, file, /may import only|a host picks adapters/)
    }
  }
}

const plantSpecialRules = () => {
  for (const adapter of [...REAL_ADAPTERS, 'app/store/memory.ts', 'app/network/memory.ts']) write(adapter, 'export type Planted = 1\n')
  write('app/peer.ts', 'export type Planted = 1\n')
  for (const adapter of REAL_ADAPTERS.slice(0, 3)) {
    expectCaught(`a room names ${adapter}`, plant('app/cluster', adapter), /names no adapter|may import only/)
    expectAllowed(`a host picks ${adapter}`, plant('main', adapter))
    expectCaught(`the simulation names ${adapter}`, plant('app/simulation', adapter), /without the real adapters/)
  }
  for (const twin of ['app/store/memory.ts', 'app/network/memory.ts']) {
    expectCaught(`cluster names ${twin}`, plant('app/cluster', twin), /names no adapter/)
    expectAllowed(`the simulation names ${twin}`, plant('app/simulation', twin))
    expectAllowed(`a test of sync uses ${twin}`, plant('app/sync', twin, { suffix: '.test.ts' }))
  }
  expectAllowed('identity/crypto from a host', plant('main', 'app/identity/crypto.ts'))
  expectAllowed('peer.ts from a host', plant('main', 'app/peer.ts'))
  expectAllowed('peer.ts from the simulation', plant('app/simulation', 'app/peer.ts'))
  expectCaught('peer.ts from a room', plant('app/sync', 'app/peer.ts'), /app\/sync\/ may import only/)
  expectCaught('the screens reach app/store', plant('renderer/screens', 'app/store/planted-target.ts'), /renderer\/ may import only/)
  expectCaught('a test of e2e reaches app', plant('e2e/specs', 'app/base/planted-target.ts', { suffix: '.test.ts' }), /tests of e2e\//)
  expectCaught('a test of sync reaches documents', plant('app/sync', 'app/documents/planted-target.ts', { suffix: '.test.ts' }), /tests of app\/sync\//)
  write('app/log/planted.fixture.ts', 'export type Planted = 1\n')
  expectCaught('production code uses a fixture', plant('app/log', 'app/log/planted.fixture.ts'), /imports no test/)
  write('app/extra/planted-target.ts', 'export type Planted = 1\n')
  expectCaught('a room nobody knows', plant('app/extra', 'app/extra/planted-target.ts'), /stands in a room/)
  for (const entry of ['peer', 'serve']) {
    write(`app/${entry}.ts`, "export type { Planted } from './simulation/planted-target.ts'\nexport type { Planted as Disk } from './store/sqlite.ts'\n")
    expectCaught(`${entry}.ts names the simulation`, `app/${entry}.ts`, /neither the simulation nor the lab/)
    expectCaught(`${entry}.ts names SQLite`, `app/${entry}.ts`, /names no adapter/)
  }
}

const plantPackages = () => {
  for (const name of ['libp2p', '@libp2p/tcp', '@chainsafe/libp2p-noise', '@multiformats/multiaddr', 'multicast-dns', 'ws', 'react', '@blocknote/core', '@base-ui/react']) {
    expectCaught(`sync imports ${name}`, plant('app/sync', name, { kind: 'import' }), /through its door/)
  }
  expectCaught('a room imports yjs', plant('app/log', 'yjs', { kind: 'import' }), /through its door/)
  expectAllowed('documents imports yjs', plant('app/documents', 'yjs', { kind: 'import' }))
  expectCaught('a host imports react', plant('main', 'react', { kind: 'import' }), /through its door/)
  expectCaught('a package without a door', plant('app/base', 'semver', { kind: 'import' }), /has its door/)
  expectCaught('a package that is not there', plant('app/base', 'electron', { kind: 'import' }), /resolves|through its door/)
  expectCaught('a room imports node:fs', plant('app/sync', 'node:fs', { kind: 'import' }), /no Node\.js/)
  expectAllowed('a test imports node:fs', plant('app/sync', 'node:fs', { kind: 'import', suffix: '.test.ts' }))
  expectCaught('a screen imports node:path', plant('renderer/screens', 'node:path', { kind: 'import' }), /run in a browser/)
}

const plantCycle = () => {
  write('app/log/planted-a.ts', "import './planted-b.ts'\nexport const a = 1\n")
  write('app/log/planted-b.ts', "import './planted-a.ts'\nexport const b = 1\n")
  expectCaught('a cycle', 'app/log/planted-a.ts', /no cycles/)
}

let violations
before(async () => {
  copy = mkdtempSync(path.join(tmpdir(), 'lanyard-imports-'))
  for (const name of ['app', 'main', 'renderer', 'e2e', '.config', 'package.json']) cpSync(at(name), path.join(copy, name), { recursive: true })
  symlinkSync(at('node_modules'), path.join(copy, 'node_modules'))
  for (const group of [plantTable, plantSpecialRules, plantPackages, plantCycle]) group()
  const args = [checker, '--config', '.config/imports.cjs', '--output-type', 'json', 'app', 'main', 'renderer', 'e2e']
  const { output } = await run(nodeBinary(), args, { capture: true, cwd: copy })
  assert.ok(output.startsWith('{'), output)
  violations = JSON.parse(output).summary.violations
})
after(() => rmSync(copy, { recursive: true, force: true }))

test('every import that the table forbids is caught, and by its rule', () => {
  const isCaught = ({ file, rule }) => violations.some((violation) => violation.from === file && rule.test(violation.rule.name))
  const missed = cases.filter(({ rule }) => rule).filter((wrong) => !isCaught(wrong))
  assert.deepEqual(missed.map(({ what }) => what), [])
  assert.ok(cases.length > folders.length ** 2)
})

test('every import that the table allows is left alone', () => {
  const caught = cases.filter(({ rule }) => !rule).flatMap(({ what, file }) => violations.filter(({ from }) => from === file).map(({ rule }) => `${what}: ${rule.name}`))
  assert.deepEqual(caught, [])
})

test('the checker exits with an error when it finds one', async () => {
  const { code } = await run(nodeBinary(), [checker, '--config', '.config/imports.cjs', '--output-type', 'err', 'app/log'], { capture: true, cwd: copy })
  assert.notEqual(code, 0)
})
