import assert from 'node:assert/strict'
import crypto from 'node:crypto'
import { test } from 'node:test'
import { rememberVerifications } from './remembered-verify.ts'

test('asks the engine once for the same bytes, and again for any other', (t) => {
  const before = crypto.verify
  let asked = 0
  Object.assign(crypto, { verify: (...given: Parameters<typeof before>) => (asked += 1, before(...given)) })
  t.after(() => Object.assign(crypto, { verify: before }))
  const forget = rememberVerifications()
  const [mine, other] = [crypto.generateKeyPairSync('ed25519'), crypto.generateKeyPairSync('ed25519')]
  const message = Buffer.from('what was signed')
  const signature = crypto.sign(null, message, mine.privateKey)
  const verify = (text: Buffer, key = mine.publicKey, by = signature) => crypto.verify(null, text, key, by)

  assert.deepEqual([verify(message), verify(message)], [true, true])
  assert.equal(asked, 1)
  assert.equal(verify(Buffer.from('what was not')), false)
  assert.equal(verify(message, other.publicKey), false)
  assert.equal(verify(message, mine.publicKey, Buffer.alloc(64)), false)
  assert.equal(verify(message), true, 'a refusal in between is not mistaken for an answer')
  forget()
  asked = 0
  assert.equal(verify(message), true)
  assert.equal(asked, 1, 'nothing is known after forgetting')
})
