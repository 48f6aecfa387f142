/** Cryptography on node:crypto, all of it synchronous: what resolves in any order can't be replayed from a seed. */
import * as crypto from 'node:crypto'
import { concat, fromHex, toHex, toUtf8 } from '../base/codec.ts'
import { PeerError } from '../base/errors.ts'
import type { DeviceId } from '../base/ids.ts'
import { isSafePoint, isSafeSignature } from './ed25519-points.ts'

export const KEY_BYTES = 32
export const NONCE_BYTES = 12
export const TAG_BYTES = 16
export const SIGNATURE_BYTES = 64
/** Public keys turned into engine objects are kept: importing costs half a verification (3,084 against 6,269 a second). */
const KEYS_CACHED_MAX = 4096

/** PKCS #8 and SubjectPublicKeyInfo headers of RFC 8410; the 32 key bytes follow. */
const PRIVATE_HEADER = { ed25519: fromHex('302e020100300506032b657004220420'), x25519: fromHex('302e020100300506032b656e04220420') }
const PUBLIC_HEADER = { ed25519: fromHex('302a300506032b6570032100'), x25519: fromHex('302a300506032b656e032100') }
type Curve = keyof typeof PRIVATE_HEADER

const privateKey = (curve: Curve, seed: Uint8Array) =>
  crypto.createPrivateKey({ key: Buffer.from(concat([PRIVATE_HEADER[curve], seed])), format: 'der', type: 'pkcs8' })

const publicKey = (curve: Curve, bytes: Uint8Array) => {
  try {
    return crypto.createPublicKey({ key: Buffer.from(concat([PUBLIC_HEADER[curve], bytes])), format: 'der', type: 'spki' })
  } catch (cause) {
    throw new PeerError('IDENTITY_KEY_MALFORMED', { curve }, { cause })
  }
}

const publicBytes = (key: crypto.KeyObject): Uint8Array => {
  const whole = crypto.createPublicKey(key).export({ format: 'der', type: 'spki' })
  return new Uint8Array(whole.subarray(whole.length - KEY_BYTES))
}

const plain = (buffer: Uint8Array): Uint8Array => new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)

export const sha256 = (...parts: readonly Uint8Array[]): Uint8Array => {
  // In one call: half of what an object to feed costs.
  if (parts.length === 1) return plain(crypto.hash('sha256', parts[0]!, 'buffer'))
  const hash = crypto.createHash('sha256')
  for (const part of parts) hash.update(part)
  return plain(hash.digest())
}

/** A symmetric key as the engine keeps it. */
export type SecretKey = crypto.KeyObject

/** Node.js 24 looks three times longer at plain bytes than at a key made of them: 10 us against 4 a box, 14 against 4 a HMAC. Who uses a
 *  key again keeps what this makes. */
export const secretKey = (key: Uint8Array | SecretKey): SecretKey => (key instanceof Uint8Array ? crypto.createSecretKey(key) : key)

export const hmacSha256 = (key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array => {
  const hmac = crypto.createHmac('sha256', secretKey(key))
  for (const part of parts) hmac.update(part)
  return plain(hmac.digest())
}

/** HKDF-SHA256 (RFC 5869). */
export const hkdf = (secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length = KEY_BYTES): Uint8Array =>
  new Uint8Array(crypto.hkdfSync('sha256', secret, salt, info, length))

/** In constant time; false for different lengths. */
export const equalSecrets = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && crypto.timingSafeEqual(a, b)

export interface Box {
  readonly key: Uint8Array | SecretKey
  readonly nonce: Uint8Array
  /** Authenticated, not encrypted. */
  readonly context: Uint8Array
}

/** AES-256-GCM: the ciphertext, then a tag of TAG_BYTES. */
export const seal = (box: Box, plaintext: Uint8Array): Uint8Array => {
  const cipher = crypto.createCipheriv('aes-256-gcm', secretKey(box.key), box.nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(box.context)
  const body = cipher.update(plaintext)
  cipher.final()
  return concat([body, cipher.getAuthTag()])
}

/** The plaintext, or undefined when key, nonce, context or bytes are not those that were sealed. */
export const unseal = (box: Box, sealed: Uint8Array): Uint8Array | undefined => {
  if (sealed.length < TAG_BYTES) return undefined
  const decipher = crypto.createDecipheriv('aes-256-gcm', secretKey(box.key), box.nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(box.context)
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
  try {
    const plaintext = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES))
    decipher.final()
    return plain(plaintext)
  } catch {
    // The engine throws for a wrong tag; that is the answer, not a failure.
    return undefined
  }
}

export interface SigningKey {
  /** Ed25519 public key. */
  readonly publicKey: Uint8Array
  /** SIGNATURE_BYTES; deterministic (RFC 8032). */
  sign(message: Uint8Array): Uint8Array
}

/** @param seed KEY_BYTES of chance */
export const signingKey = (seed: Uint8Array): SigningKey => {
  const key = privateKey('ed25519', seed)
  return { publicKey: publicBytes(key), sign: (message) => plain(crypto.sign(null, message, key)) }
}

const verifyingKeys = new Map<string, crypto.KeyObject>()
const verifyingKey = (bytes: Uint8Array): crypto.KeyObject => {
  const name = toHex(bytes)
  const known = verifyingKeys.get(name)
  if (known) return known
  if (verifyingKeys.size >= KEYS_CACHED_MAX) verifyingKeys.clear()
  const key = publicKey('ed25519', bytes)
  verifyingKeys.set(name, key)
  return key
}

/** Engines disagree on small-order and non-canonical points, which in a log would be a fork: those are refused before any is asked. */
export const verifySignature = (key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean => {
  if (!isSafePoint(key) || !isSafeSignature(signature)) return false
  try {
    return crypto.verify(null, message, verifyingKey(key), signature)
  } catch {
    // A key that is no point on the curve verifies nothing.
    return false
  }
}

export const verifyDevice = (device: DeviceId, message: Uint8Array, signature: Uint8Array): boolean =>
  verifySignature(fromHex(device), message, signature)

/* HPKE, base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM (RFC 9180), one message a context. */

const KEM_SUITE = concat([toUtf8('KEM'), Uint8Array.of(0, 0x20)])
const HPKE_SUITE = concat([toUtf8('HPKE'), Uint8Array.of(0, 0x20, 0, 1, 0, 2)])
const EMPTY = new Uint8Array(0)

const labeledExtract = (suite: Uint8Array, salt: Uint8Array, label: string, secret: Uint8Array) =>
  hmacSha256(salt.length === 0 ? new Uint8Array(KEY_BYTES) : salt, toUtf8('HPKE-v1'), suite, toUtf8(label), secret)

/** One block of HKDF-Expand is all that is ever needed here: `length` is at most 32. */
const labeledExpand = (suite: Uint8Array, secret: Uint8Array, labels: { label: string; info: Uint8Array; length: number }) =>
  hmacSha256(
    secret,
    Uint8Array.of(0, labels.length), toUtf8('HPKE-v1'), suite, toUtf8(labels.label), labels.info, Uint8Array.of(1),
  ).subarray(0, labels.length)

const hpkeBox = (shared: Uint8Array, kemContext: Uint8Array, info: Uint8Array): Box => {
  const prk = labeledExtract(KEM_SUITE, EMPTY, 'eae_prk', shared)
  const secret = labeledExpand(KEM_SUITE, prk, { label: 'shared_secret', info: kemContext, length: 32 })
  const context = concat([
    Uint8Array.of(0),
    labeledExtract(HPKE_SUITE, EMPTY, 'psk_id_hash', EMPTY),
    labeledExtract(HPKE_SUITE, EMPTY, 'info_hash', info),
  ])
  const schedule = labeledExtract(HPKE_SUITE, secret, 'secret', EMPTY)
  const key = labeledExpand(HPKE_SUITE, schedule, { label: 'key', info: context, length: KEY_BYTES })
  const nonce = labeledExpand(HPKE_SUITE, schedule, { label: 'base_nonce', info: context, length: NONCE_BYTES })
  return { key, nonce, context: EMPTY }
}

/** @throws IDENTITY_KEY_MALFORMED also for a point of small order, which would make the shared secret known to all */
const diffieHellman = (ours: crypto.KeyObject, theirs: Uint8Array): Uint8Array => {
  try {
    return plain(crypto.diffieHellman({ privateKey: ours, publicKey: publicKey('x25519', theirs) }))
  } catch (cause) {
    throw new PeerError('IDENTITY_KEY_MALFORMED', { curve: 'x25519' }, { cause })
  }
}

export interface OpeningKey {
  /** X25519 public key. */
  readonly publicKey: Uint8Array
  /** @throws IDENTITY_BOX_UNREADABLE */
  open(sealed: Uint8Array, info: Uint8Array): Uint8Array
}

/** @param seed KEY_BYTES of chance */
export const openingKey = (seed: Uint8Array): OpeningKey => {
  const key = privateKey('x25519', seed)
  const ownBytes = publicBytes(key)
  const open = (sealed: Uint8Array, info: Uint8Array) => {
    const ephemeral = sealed.subarray(0, KEY_BYTES)
    if (sealed.length < KEY_BYTES + TAG_BYTES) throw new PeerError('IDENTITY_BOX_UNREADABLE')
    const box = hpkeBox(diffieHellman(key, ephemeral), concat([ephemeral, ownBytes]), info)
    const plaintext = unseal(box, sealed.subarray(KEY_BYTES))
    if (!plaintext) throw new PeerError('IDENTITY_BOX_UNREADABLE')
    return plaintext
  }
  return { publicKey: ownBytes, open }
}

/** Seals to the holder of `recipient`: ephemeral public key, ciphertext, tag.
 *  @param message.ephemeralSeed KEY_BYTES of chance, never used twice */
export const sealTo = (
  recipient: Uint8Array, message: { plaintext: Uint8Array; info: Uint8Array; ephemeralSeed: Uint8Array },
): Uint8Array => {
  const ephemeral = privateKey('x25519', message.ephemeralSeed)
  const ephemeralBytes = publicBytes(ephemeral)
  const box = hpkeBox(diffieHellman(ephemeral, recipient), concat([ephemeralBytes, recipient]), message.info)
  return concat([ephemeralBytes, seal(box, message.plaintext)])
}
