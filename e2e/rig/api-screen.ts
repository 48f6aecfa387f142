/** The API of a machine's host, through e2e/screen inside that machine. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Wrap } from './host.ts'
import { node, root } from './place.ts'

/** How a command ended. */
export type ApiAnswer<Gives> = { readonly ok: true; readonly gives: Gives } | { readonly ok: false; readonly code: string }

export interface ApiScreen {
  /** To the host that printed this address. */
  attach(url: string): void
  /** Answers when the host does, however long that takes, or once it is gone. */
  run<Gives = Record<string, unknown>>(kind: string, takes: object): Promise<ApiAnswer<Gives>>
  close(): void
}

interface Reply {
  readonly id?: number
  readonly gives?: unknown
  readonly code?: string
}

export const openApiScreen = (wrap: Wrap): ApiScreen => {
  const [file = '', ...args] = wrap([node, path.join(root, 'e2e/screen/screen.ts')])
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const waiting = new Map<number, (answer: ApiAnswer<unknown>) => void>()
  let lastId = 0
  const say = (line: object) => child.stdin.write(`${JSON.stringify(line)}\n`)
  createInterface({ input: child.stdout }).on('line', (text) => {
    const { id = 0, gives, code } = JSON.parse(text) as Reply
    waiting.get(id)?.(code === undefined ? { ok: true, gives } : { ok: false, code })
    waiting.delete(id)
  })
  child.once('close', () => {
    for (const settle of waiting.values()) settle({ ok: false, code: 'API_CHANNEL_CLOSED' })
    waiting.clear()
  })
  // Written to after its end: the close above has told everybody.
  child.stdin.on('error', () => undefined)
  return {
    attach: (url) => void say({ url }),
    run: <Gives>(kind: string, takes: object) =>
      new Promise<ApiAnswer<Gives>>((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve({ ok: false, code: 'API_CHANNEL_CLOSED' })
        waiting.set(++lastId, resolve as (answer: ApiAnswer<unknown>) => void)
        say({ id: lastId, kind, takes })
      }),
    close: () => void child.kill('SIGKILL'),
  }
}
