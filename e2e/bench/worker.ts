/** A process that answers questions: windows of ours, or a server or client of a rival. */
import { spawn, type ChildProcess } from 'node:child_process'
import type { Wrap } from '../rig/host.ts'
import { node } from '../rig/place.ts'

interface Reply {
  readonly id: number
  readonly value?: unknown
  readonly error?: string
}

export interface Worker {
  readonly pid: number
  /** @throws Error with what the process said */
  ask<Answer = unknown>(op: string, takes?: object): Promise<Answer>
  stop(): Promise<void>
}

/** Resolves once it is ready to be asked. */
export const startWorker = async (wrap: Wrap, file: string, args: readonly string[] = []): Promise<Worker> => {
  const [command = '', ...rest] = wrap([node, '--disable-warning=ExperimentalWarning', file, ...args])
  const child: ChildProcess = spawn(command, rest, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], serialization: 'advanced' })
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  const ready = Promise.withResolvers<unknown>()
  waiting.set(0, ready)
  let lastId = 0
  child.on('message', ({ id, value, error }: Reply) => {
    const call = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) call?.resolve(value)
    else call?.reject(new Error(error))
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  void ended.then(() => {
    for (const { reject } of waiting.values()) reject(new Error(`${file} ended.`))
  })
  await ready.promise
  return {
    pid: child.pid ?? 0,
    ask: <Answer>(op: string, takes: object = {}) => {
      const id = ++lastId
      const call = Promise.withResolvers<unknown>()
      waiting.set(id, call)
      child.send({ id, op, takes })
      return call.promise as Promise<Answer>
    },
    stop: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}
