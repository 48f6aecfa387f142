import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import { readHostFile, removeHostFile, tokenOf, writeHostFile } from './host-file.ts'
import { isToken, openToken } from './token.ts'

const url = `http://127.0.0.1:4000/#t=${'A'.repeat(43)}`

const directory = (context: TestContext) => {
  const made = mkdtempSync(path.join(tmpdir(), 'lanyard-host-'))
  context.after(() => rmSync(made, { recursive: true }))
  return made
}

test('says where the running host is, to its owner only, until it is removed', (context) => {
  const dataDir = directory(context)
  const host = { url, pid: process.pid, version: '1.0.0' }
  writeHostFile(dataDir, host)
  assert.deepEqual(readHostFile(dataDir), host)
  assert.equal(statSync(path.join(dataDir, 'host.json')).mode & 0o777, 0o600)
  assert.equal(tokenOf(url), 'A'.repeat(43))
  removeHostFile(dataDir)
  assert.equal(readHostFile(dataDir), undefined)
})

test('what a killed host left behind names no host', async (context) => {
  const dataDir = directory(context)
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  writeHostFile(dataDir, { url, pid: child.pid!, version: '1.0.0' })
  assert.equal(readHostFile(dataDir), undefined)
  removeHostFile(dataDir)
  assert.ok(existsSync(path.join(dataDir, 'host.json')), 'another host’s file is not ours to remove')
})

test('a file that is cut off, or leads elsewhere, names no host', (context) => {
  const dataDir = directory(context)
  const pid = process.pid
  const elsewhere = [`http://192.168.1.9:4000/#t=${'A'.repeat(43)}`, `http://127.0.0.1:4000@evil.example/#t=${'A'.repeat(43)}`, 'file:///etc/passwd', 7]
  const contents = ['', '{"url":', 'null', '[]', JSON.stringify({ url }), JSON.stringify({ url, pid: -1 }), ...elsewhere.map((wrong) => JSON.stringify({ url: wrong, pid }))]
  for (const content of contents) {
    writeFileSync(path.join(dataDir, 'host.json'), content)
    assert.equal(readHostFile(dataDir), undefined, content)
  }
})

test('a token is made once, and made anew only when it is damaged', (context) => {
  const dataDir = directory(context)
  const token = openToken(dataDir)
  assert.match(token, /^[A-Za-z0-9_-]{43}$/)
  assert.equal(openToken(dataDir), token)
  assert.ok(isToken(token, token))
  for (const wrong of ['', token.slice(1), `${token}A`, token.toLowerCase() === token ? token.toUpperCase() : token.toLowerCase()]) assert.ok(!isToken(token, wrong))
  writeFileSync(path.join(dataDir, 'token'), 'short\n')
  assert.notEqual(openToken(dataDir), token)
})
