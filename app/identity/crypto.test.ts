import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core'
import { fromHex, toHex, toUtf8 } from '../base/codec.ts'
import { codeOf } from '../base/errors.ts'
import { systemRandom } from '../base/random.ts'
import { openingKey, seal, sealTo, signingKey, unseal, verifySignature } from './crypto.ts'
import { createDeviceKeys, restoreDeviceKeys } from './device-keys.ts'

const random = systemRandom()
const bytes = (text: string) => new Uint8Array(toUtf8(text))

test('signs as RFC 8032 test 2 does', () => {
  const key = signingKey(fromHex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb'))
  assert.equal(toHex(key.publicKey), '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c')
  const signature = key.sign(Uint8Array.of(0x72))
  assert.equal(toHex(signature).slice(0, 32), '92a009a9f0d4cab8720e820b5f642540')
  assert.ok(verifySignature(key.publicKey, Uint8Array.of(0x72), signature))
})

test('refuses a signature with any byte flipped', () => {
  const key = signingKey(random.bytes(32))
  const signature = key.sign(bytes('hello'))
  for (let at = 0; at < signature.length; at++) {
    const flipped = signature.slice()
    flipped[at]! ^= 1
    assert.equal(verifySignature(key.publicKey, bytes('hello'), flipped), false, `byte ${at}`)
  }
})

const SMALL_ORDER_KEYS = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000080',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0000000000000000000000000000000000000000000000000000000000000080',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
]

test('refuses keys and commitments of small order or with another spelling, whatever the engine thinks', () => {
  // With the identity as key and as R, S = 0 satisfies the equation for every message.
  const constant = fromHex('01' + '00'.repeat(63))
  for (const key of SMALL_ORDER_KEYS) assert.equal(verifySignature(fromHex(key), bytes('any'), constant), false, key)
  const honest = signingKey(random.bytes(32))
  for (const point of SMALL_ORDER_KEYS) {
    const signature = fromHex(point + toHex(honest.sign(bytes('any'))).slice(64))
    assert.equal(verifySignature(honest.publicKey, bytes('any'), signature), false)
  }
})

test('refuses a signature whose S is not reduced', () => {
  const key = signingKey(random.bytes(32))
  const signature = key.sign(bytes('hello'))
  const order = 2n ** 252n + 27742317777372353535851937790883648493n
  let s = BigInt('0x' + toHex(signature.slice(32).reverse())) + order
  const malleated = signature.slice()
  for (let at = 32; at < 64; at++, s >>= 8n) malleated[at] = Number(s & 255n)
  assert.equal(verifySignature(key.publicKey, bytes('hello'), malleated), false)
})

test('opens only what was sealed, in the context it was sealed in', () => {
  const box = { key: random.bytes(32), nonce: random.bytes(12), context: bytes('here') }
  const sealed = seal(box, bytes('secret'))
  assert.deepEqual(unseal(box, sealed), bytes('secret'))
  assert.equal(unseal({ ...box, context: bytes('there') }, sealed), undefined)
  assert.equal(unseal(box, sealed.subarray(1)), undefined)
  assert.equal(unseal(box, new Uint8Array(3)), undefined)
})

const suite = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() })
const asBuffer = (value: Uint8Array) => new Uint8Array(value).buffer

test('its sealed boxes open in another implementation of RFC 9180, and the other way round', async () => {
  const seed = random.bytes(32)
  const ours = openingKey(seed)
  const info = bytes('info')
  const sealed = sealTo(ours.publicKey, { plaintext: bytes('to you'), info, ephemeralSeed: random.bytes(32) })
  const recipientKey = await suite.kem.importKey('raw', asBuffer(seed), false)
  const recipient = await suite.createRecipientContext({ recipientKey, enc: asBuffer(sealed.subarray(0, 32)), info: asBuffer(info) })
  assert.deepEqual(new Uint8Array(await recipient.open(asBuffer(sealed.subarray(32)))), bytes('to you'))

  const recipientPublicKey = await suite.kem.importKey('raw', asBuffer(ours.publicKey), true)
  const sender = await suite.createSenderContext({ recipientPublicKey, info: asBuffer(info) })
  const theirs = new Uint8Array(await sender.seal(asBuffer(bytes('back'))))
  assert.deepEqual(ours.open(new Uint8Array([...new Uint8Array(sender.enc), ...theirs]), info), bytes('back'))
})

test('a box for somebody else, or for another purpose, does not open', () => {
  const [ours, other] = [openingKey(random.bytes(32)), openingKey(random.bytes(32))]
  const sealed = sealTo(ours.publicKey, { plaintext: bytes('x'), info: bytes('a'), ephemeralSeed: random.bytes(32) })
  const code = (open: () => unknown) => {
    try {
      open()
      return 'opened'
    } catch (error) {
      return codeOf(error)
    }
  }
  assert.equal(code(() => other.open(sealed, bytes('a'))), 'IDENTITY_BOX_UNREADABLE')
  assert.equal(code(() => ours.open(sealed, bytes('b'))), 'IDENTITY_BOX_UNREADABLE')
  assert.equal(code(() => sealTo(new Uint8Array(32), { plaintext: bytes('x'), info: bytes('a'), ephemeralSeed: random.bytes(32) })), 'IDENTITY_KEY_MALFORMED')
})

test('device keys come back whole from their secret, and damaged secrets are refused', () => {
  const keys = createDeviceKeys(random)
  assert.equal(restoreDeviceKeys(keys.secret).device, keys.device)
  assert.throws(() => restoreDeviceKeys(keys.secret.subarray(1)))
})
