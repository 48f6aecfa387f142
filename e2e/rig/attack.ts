/** The hostile peer of e2e/attacker, on a machine of its own. */
import path from 'node:path'
import type { Machine } from './machine.ts'
import { node, root } from './place.ts'
import { runToEnd } from './shell.ts'

/** Runs it to its end; gives the lines that it printed. @throws Error unless it ended well */
export const attackFrom = async (machine: Machine, ...args: readonly string[]): Promise<readonly Record<string, unknown>[]> => {
  const { code, stdout, stderr } = await runToEnd(machine.wrap([node, path.join(root, 'e2e/attacker/attacker.ts'), ...args]))
  if (code !== 0) throw new Error(`The hostile peer ended with code ${code}: ${stderr}`)
  return stdout.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
}

/** Where others reach a machine. */
export const reachableAddress = ({ ready, address }: Machine): string => {
  const wanted = `/ip4/${address ?? '127.0.0.1'}/`
  return ready.addresses.find((candidate) => candidate.startsWith(wanted)) ?? ''
}
