/** The network that the machines of one test share. */

/** One machine's place in it. */
export interface Socket {
  /** Puts a command into the machine. */
  wrap(command: readonly string[]): readonly string[]
  /** How others reach it; undefined on loopback, where all machines have the same. */
  readonly address: string | undefined
}

export interface LabNetwork {
  readonly kind: 'namespaces' | 'loopback'
  addMachine(name: string): Socket
  /** Nothing passes between machines of different groups, both ways. Replaces all cuts. */
  split(groups: readonly (readonly string[])[]): void
  /** Nothing passes from the one to the other; the way back stays open. Replaces all cuts. */
  cutOneWay(from: string, to: string): void
  /** Nothing passes between these two, both ways. Replaces all cuts. */
  cutBetween(one: string, other: string): void
  /** No multicast passes: nobody is found by mDNS. Replaces all cuts. */
  blockMulticast(): void
  /** The machine's interface goes down and loses its addresses. Cuts between others stay. */
  unplug(name: string): void
  /** It is back, with the address it had, or another one of the same network. */
  plug(name: string, address?: string): void
  heal(): void
  close(): void
}

/** Plain processes side by side: nothing can be cut. */
export const loopbackNetwork = (): LabNetwork => {
  const impossible = () => {
    throw new Error('Only network namespaces can be cut: the test should have been skipped here.')
  }
  return {
    kind: 'loopback',
    addMachine: () => ({ wrap: (command) => command, address: undefined }),
    split: impossible,
    cutOneWay: impossible,
    cutBetween: impossible,
    blockMulticast: impossible,
    unplug: impossible,
    plug: impossible,
    heal: () => undefined,
    close: () => undefined,
  }
}
