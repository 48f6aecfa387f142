/** The peer as `serve` sees it: one handler a command, and events for one screen. */
import type { Cancel } from '../base/clock.ts'
import type { CommandKind, Gives, ScreenEvent, Takes } from './commands.ts'

/** One attached screen: a window, a tab or a command-line call. */
export interface PeerScreen {
  /** The host's number for it, from 1, never twice in a run. */
  readonly number: number
  /** Takes effect in the order of the calls, before it returns its promise as far as order matters: two edits of one document
   *  are applied in the order in which `run` was called, without waiting for the first to be saved.
   *  @throws PeerError with a code of the table */
  run<Kind extends CommandKind>(kind: Kind, takes: Takes<Kind>): Promise<Gives<Kind>>
  onEvent(listener: (event: ScreenEvent) => void): Cancel
  /** Detaches all its documents and ends its presence. */
  close(): void
}

export interface PeerService {
  openScreen(): PeerScreen
}
