/** What every Channel must do. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Channel } from './channel.ts'

export interface ChannelEnds {
  readonly near: Channel
  readonly far: Channel
  readonly stop: () => Promise<void>
}

export const channelContract = (name: string, open: () => Promise<ChannelEnds>): void => {
  test(`${name}: delivers whole messages, unchanged and in order, both ways`, async () => {
    const { near, far, stop } = await open()
    const sent = Array.from({ length: 200 }, (_, index) => new Uint8Array(index).fill(index))
    for (const [from, to] of [[near, far], [far, near]] as const) {
      const got: Uint8Array[] = []
      const all = Promise.withResolvers<void>()
      to.onMessage((message) => {
        got.push(message)
        if (got.length === sent.length) all.resolve()
      })
      for (const message of sent) from.send(message)
      await all.promise
      assert.deepEqual(got.map((message) => [...message]), sent.map((message) => [...message]))
    }
    await stop()
  })

  test(`${name}: tells both sides once that it closed, and the other side why`, async () => {
    const { near, far, stop } = await open()
    const heard: [string, string | undefined][] = []
    const both = ['near', 'far'].map((side) => {
      const closed = Promise.withResolvers<void>()
      const channel = side === 'near' ? near : far
      channel.onClose((code) => {
        heard.push([side, code])
        closed.resolve()
      })
      return closed.promise
    })
    near.close('API_TOKEN_INVALID')
    near.close()
    await Promise.all(both)
    assert.deepEqual(heard.filter(([side]) => side === 'far'), [['far', 'API_TOKEN_INVALID']])
    assert.equal(heard.length, 2)
    await stop()
  })

  test(`${name}: sending on a closed channel does nothing`, async () => {
    const { near, far, stop } = await open()
    const closed = new Promise<void>((resolve) => far.onClose(() => resolve()))
    near.close()
    await closed
    near.send(new Uint8Array(3))
    far.send(new Uint8Array(3))
    await stop()
  })
}
