import assert from 'node:assert/strict'
import { test } from 'node:test'
import { takeToken } from './token.ts'

const page = (hash: string, stored: Record<string, string> = {}) => {
  const urls: string[] = []
  return {
    urls,
    stored,
    location: { hash, pathname: '/', search: '' },
    history: { replaceState: (_state: unknown, _unused: string, url: string) => void urls.push(url) },
    session: { getItem: (key: string) => stored[key] ?? null, setItem: (key: string, value: string) => void (stored[key] = value) },
  }
}

test('takes the token out of the address, and a reload still finds it', () => {
  const first = page('#t=abc_DEF-1')
  assert.equal(takeToken(first), 'abc_DEF-1')
  assert.deepEqual(first.urls, ['/'])
  assert.equal(takeToken(page('#/w/1/notes', first.stored)), 'abc_DEF-1')
})

test('a newer address wins over what the tab remembers', () => {
  assert.equal(takeToken(page('#t=new', { 'lanyard.token': 'old' })), 'new')
})

test('a page opened without a token has none, and its route stays', () => {
  const bare = page('#/settings')
  assert.equal(takeToken(bare), null)
  assert.deepEqual(bare.urls, [])
})
