import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromHex, toHex, toUtf8 } from '../base/codec.ts'
import { deviceId, documentId, logId, sessionId } from '../base/ids.ts'
import { PARTS_MAX } from '../base/limits.ts'
import { signingKey } from '../identity/crypto.ts'
import { entryHashBytes, openContent, openHeads, readHeader, sealEntry, signedBytes, type Content, type Dependency, type Place } from './envelope.ts'
import { createKeyring } from './keyring.ts'
import { WORKSPACE } from './log.support.ts'

const filled = (bytes: number, value: number) => new Uint8Array(bytes).fill(value)
const ring = (epochs: readonly number[], control = 1) =>
  createKeyring(WORKSPACE, { control: filled(32, control), epochs: epochs.map((value) => filled(32, value)) })
const keyring = ring([2, 3])
const log = logId(deviceId('d1'.repeat(32)), sessionId('5e'.repeat(16)))
const other = logId(deviceId('d2'.repeat(32)), sessionId('6e'.repeat(16)))
const place: Place = { workspace: WORKSPACE, log, seq: 5, previous: filled(32, 8) }
const heads: readonly Dependency[] = [{ log: other, height: 300, shortHash: filled(8, 4) }]
const content: Content = {
  kind: 'data', document: documentId('0d'.repeat(16)), schema: 1, timeMs: 1_800_000_000_000, screen: 7, part: { index: 1, count: 3 }, payload: toUtf8('text'),
}
const control: Content = { ...content, kind: 'control', document: undefined }
const nonce = filled(12, 9)
const sealed = (what = content) => sealEntry(keyring, place, { content: what, heads, nonce })

const GOLDEN = {
  data: '0002a586c25a633135a90909090909090909090909094b64247a11e52b4b6a97b5318876dac2ef33a1669fcebea49a53f328b1ff1e33445e8d28e3c1152737805e845b78c7e8b0e1134a91bc91c3bcff4f366ae9c7372e59c052256b6d678fc9afb02e41ce7e44d5cb3f4fdb199298732001006b57072c5ce2f2e4664c2c3b732c472ae026214728cf5a605611b11ef508',
  control: '000100000000000000000909090909090909090909094b64247a11e52b4b6a97b5318876dac2ef33a1669fcebea49a53f328b1ff1e33445e8d28e3c1152737805e845b78c7e8b0e1134a91bc91c3bcff4f362851052a09bf37c78c53097ef542ce302e3b98a3a5cc6b07d0c7c5b3a80c3587e1c6ac373340f10c798e9db61fb5e1ac481cfee723c26f26b6d335cbb25c1d',
  hash: '4fe52f099e2c98bd912ebd05df28015fed2aa01896816fe44b29ce53b0873826',
  signature: 'aba320a7c7abdb1d0fce6e79985f1326573acc4e7c04be2f9344e6fc6bfac76e97e7dda53c9cf16484c21dba10a40d8a4267a3c002c0545c670436d52236b20c',
}

test('the bytes of an entry, its hash and its signature are those of version 0', () => {
  const body = sealed()
  const hash = entryHashBytes(place, body)
  assert.deepEqual({
    data: toHex(body), control: toHex(sealed(control)), hash: toHex(hash),
    signature: toHex(signingKey(filled(32, 6)).sign(signedBytes(hash))),
  }, GOLDEN)
})

test('an entry opens as it was sealed, with the keys of any epoch that is here', () => {
  for (const what of [content, control]) {
    const header = readHeader(sealed(what))
    assert.deepEqual(openContent(keyring, place, header), what)
    assert.deepEqual(openHeads(keyring, place, header), heads)
  }
  const header = readHeader(sealed())
  assert.deepEqual(openContent(ring([3, 4]), place, header), content, 'an older epoch than the current one')
  assert.equal(openContent(ring([2]), place, header), undefined, 'without its epoch')
  assert.deepEqual(openHeads(ring([2]), place, header), heads, 'heads order the logs for everybody')
  assert.equal(openHeads(ring([3], 7), place, header), undefined, 'but not for strangers')
  assert.equal(openContent(ring([3], 7), place, readHeader(sealed(control))), undefined)
})

test('an entry opens only in its place', () => {
  const header = readHeader(sealed())
  const otherSession = logId(deviceId('d1'.repeat(32)), sessionId('00'.repeat(16)))
  for (const changed of [{ log: other }, { log: otherSession }, { seq: 6 }, { previous: filled(32, 7) }]) {
    assert.equal(openContent(keyring, { ...place, ...changed }, header), undefined, Object.keys(changed).join())
    assert.equal(openHeads(keyring, { ...place, ...changed }, header), undefined)
    assert.notDeepEqual(entryHashBytes({ ...place, ...changed }, sealed()), entryHashBytes(place, sealed()))
  }
})

test('a place far behind in a log is another one than its lower half', () => {
  const [low, high] = [entryHashBytes({ ...place, seq: 5 }, sealed()), entryHashBytes({ ...place, seq: 5 + 2 ** 32 }, sealed())]
  assert.notDeepEqual(low, high)
})

test('versions and kinds that are not known here, and cut or longer bytes, are refused', () => {
  const body = sealed()
  const changed = (at: number, value: number) => body.map((byte, index) => (index === at ? value : byte))
  assert.throws(() => readHeader(changed(0, 1)), { code: 'LOG_VERSION_UNSUPPORTED' })
  assert.throws(() => readHeader(changed(1, 3)), { code: 'LOG_VERSION_UNSUPPORTED' })
  for (let length = 0; length < body.length; length++) assert.throws(() => readHeader(body.subarray(0, length)), { code: 'BASE_BYTES_MALFORMED' })
  assert.throws(() => readHeader(fromHex(`${toHex(body)}00`)), { code: 'BASE_BYTES_MALFORMED' })
})

test('a part beyond the number of parts is malformed, though it was sealed by a member', () => {
  const open = (part: Content['part']) => openContent(keyring, place, readHeader(sealed({ ...content, part })))
  assert.deepEqual(open({ index: PARTS_MAX - 1, count: PARTS_MAX })?.part, { index: PARTS_MAX - 1, count: PARTS_MAX })
  for (const part of [{ index: 1, count: 1 }, { index: 2, count: 1 }, { index: 0, count: 0 }]) {
    assert.throws(() => open(part), { code: 'LOG_ENTRY_MALFORMED' })
  }
  assert.throws(() => open({ index: 0, count: PARTS_MAX + 1 }), { code: 'BASE_BYTES_MALFORMED' })
})
