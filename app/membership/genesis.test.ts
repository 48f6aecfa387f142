import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeCbor, fromHex, toHex } from '../base/codec.ts'
import { NAME_CHARACTERS_MAX } from '../base/limits.ts'
import { createDeviceKeys } from '../identity/device-keys.ts'
import { random } from '../log/log.support.ts'
import { checkedName, createGenesis, genesisId, readGenesis } from './genesis.ts'

const founder = createDeviceKeys({ ...random, bytes: (length) => new Uint8Array(length).fill(9) })
const salted = (salt: number) => createGenesis('Studio', founder, { ...random, bytes: (length) => new Uint8Array(length).fill(salt) })

const GOLDEN = 'a5646e616d656653747564696f6473616c745820030303030303030303030303030303030303030303030303030303030303030367666f756e6465725820fd1724385aa0c75b64fb78cd602fa1d991fdebf76b13c58ed702eac835e9f618677365616c4b6579582057db4b359f23ae5e146e4e2512056704722506348c150c14753d0c933d04d4216776657273696f6e00'

test('the bytes of a genesis are those of version 0, its salt of 32 bytes included', () => {
  assert.equal(toHex(salted(3)), GOLDEN)
  assert.equal(genesisId(fromHex(GOLDEN)), '67ab9841a18e99a95e9cb13ede8a63b13d27d54db23de18040d14d1bee12519d')
  assert.notEqual(genesisId(salted(3)), genesisId(salted(4)), 'two of one name and founder are two')
})

test('a genesis is read back as it was made', () => {
  const bytes = salted(3)
  assert.deepEqual(readGenesis(bytes, genesisId(bytes)), {
    workspace: genesisId(bytes), name: 'Studio', founder: founder.device, founderSealKey: founder.opening.publicKey,
  })
})

test('a genesis of another version, or with a field of the wrong kind, is refused though its hash is right', () => {
  const fine = { version: 0, name: 'Studio', founder: fromHex(founder.device), sealKey: founder.opening.publicKey, salt: random.bytes(32) }
  const read = (value: object) => readGenesis(encodeCbor(value), genesisId(encodeCbor(value)))
  assert.equal(read(fine).name, 'Studio')
  for (const wrong of [{ version: 1 }, { name: 5 }, { founder: founder.device }, { sealKey: 'key' }]) {
    assert.throws(() => read({ ...fine, ...wrong }), { code: 'MEMBERSHIP_GENESIS_MISMATCH' }, JSON.stringify(wrong))
  }
})

test('a name has between 1 and NAME_CHARACTERS_MAX characters as people count them, composed, without blanks around it', () => {
  assert.equal(checkedName('  Küche \n'), 'Küche')
  assert.equal(checkedName('Ku\u0308che'), 'Küche')
  assert.equal(checkedName('x'), 'x')
  assert.equal(checkedName('𝄞'.repeat(NAME_CHARACTERS_MAX)), '𝄞'.repeat(NAME_CHARACTERS_MAX))
  for (const wrong of ['', '   ', 'x'.repeat(NAME_CHARACTERS_MAX + 1), 'a\u0000b', 'a\nb', 'a\u001fb', 'a\u007fb']) {
    assert.throws(() => checkedName(wrong), { code: 'API_PARAMETER_INVALID' }, JSON.stringify(wrong))
  }
})
