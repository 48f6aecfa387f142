import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { dataDirectory, prepareDataDirectory, writePrivateFile } from './data-directory.ts'

const modeOf = (file: string) => statSync(file).mode & 0o777

test('the option comes before the environment, and both before the place of the system', () => {
  const env = { LANYARD_DATA_DIR: '/data/env', XDG_DATA_HOME: '/xdg' }
  assert.equal(dataDirectory({ dataDir: '/data/option' }, env, 'linux'), '/data/option')
  assert.equal(dataDirectory({}, env, 'linux'), '/data/env')
  assert.equal(dataDirectory({}, { XDG_DATA_HOME: '/xdg' }, 'linux'), '/xdg/lanyard')
  assert.equal(dataDirectory({}, { XDG_DATA_HOME: 'relative' }, 'linux'), path.join(homedir(), '.local/share/lanyard'))
  assert.equal(dataDirectory({}, {}, 'darwin'), path.join(homedir(), 'Library/Application Support/Lanyard'))
  assert.equal(dataDirectory({ dataDir: 'here' }, {}, 'linux'), path.resolve('here'))
})

test('a profile is a sibling directory, and no way out of it', () => {
  assert.equal(dataDirectory({ profile: 'b' }, { XDG_DATA_HOME: '/xdg' }, 'linux'), '/xdg/lanyard-b')
  assert.equal(dataDirectory({ profile: 'b', dataDir: '/data/a' }, {}, 'linux'), '/data/a-b')
  for (const profile of ['', '../x', 'a/b', 'a b', '-a', 'x'.repeat(33)]) {
    assert.throws(() => dataDirectory({ profile }, {}, 'linux'), { code: 'HOST_ARGUMENT_INVALID' }, profile)
  }
  assert.throws(() => dataDirectory({ dataDir: '' }, {}, 'linux'), { code: 'HOST_ARGUMENT_INVALID' })
})

test('a data directory is its owner’s only, but a directory of somebody else’s things is left as it is', (context) => {
  const root = mkdtempSync(path.join(tmpdir(), 'lanyard-data-'))
  context.after(() => rmSync(root, { recursive: true }))
  const fresh = path.join(root, 'a', 'b')
  prepareDataDirectory(fresh)
  assert.equal(modeOf(fresh), 0o700)
  chmodSync(fresh, 0o755)
  prepareDataDirectory(fresh)
  assert.equal(modeOf(fresh), 0o700)
  const foreign = path.join(root, 'foreign')
  mkdirSync(foreign, { mode: 0o755 })
  writeFileSync(path.join(foreign, 'letter.txt'), 'x')
  prepareDataDirectory(foreign)
  assert.equal(modeOf(foreign), 0o755)
  writeFileSync(path.join(root, 'file'), '')
  assert.throws(() => prepareDataDirectory(path.join(root, 'file')), { code: 'HOST_DIRECTORY_UNUSABLE' })
})

test('a private file is written whole, for its owner only, and leaves nothing beside it', (context) => {
  const root = mkdtempSync(path.join(tmpdir(), 'lanyard-data-'))
  context.after(() => rmSync(root, { recursive: true }))
  const file = path.join(root, 'token')
  writeFileSync(file, 'old', { mode: 0o644 })
  writePrivateFile(file, 'new')
  assert.equal(readFileSync(file, 'utf8'), 'new')
  assert.equal(modeOf(file), 0o600)
  assert.deepEqual(readdirSync(root), ['token'])
})
