/** Noise's ciphers by libsodium: the same bytes on the wire. Never `sodium_malloc`: Electron forbids memory from outside. */
import { createHash, randomBytes } from 'node:crypto'
import { pureJsCrypto } from '@chainsafe/libp2p-noise'
import sodium from 'sodium-native'

const TAG_BYTES = 16
const KEY_BYTES = 32
const flat = (bytes) => (bytes instanceof Uint8Array ? bytes : bytes.subarray())

const keyPair = (privateKey) => {
  const publicKey = Buffer.alloc(KEY_BYTES)
  sodium.crypto_scalarmult_base(publicKey, privateKey)
  return { publicKey, privateKey }
}

export const sodiumCrypto = {
  ...pureJsCrypto,
  hashSHA256: (data) => createHash('sha256').update(flat(data)).digest(),
  generateX25519KeyPair: () => keyPair(randomBytes(KEY_BYTES)),
  generateX25519KeyPairFromSeed: keyPair,
  generateX25519SharedKey: (privateKey, publicKey) => {
    const shared = Buffer.alloc(KEY_BYTES)
    sodium.crypto_scalarmult(shared, flat(privateKey), flat(publicKey))
    return shared
  },
  chaCha20Poly1305Encrypt: (plaintext, nonce, ad, key) => {
    const out = Buffer.allocUnsafe(plaintext.byteLength + TAG_BYTES)
    sodium.crypto_aead_chacha20poly1305_ietf_encrypt(out, flat(plaintext), ad, null, nonce, key)
    return out
  },
  chaCha20Poly1305Decrypt: (ciphertext, nonce, ad, key) => {
    const out = Buffer.allocUnsafe(ciphertext.byteLength - TAG_BYTES)
    sodium.crypto_aead_chacha20poly1305_ietf_decrypt(out, null, flat(ciphertext), ad, nonce, key)
    return out
  },
}
