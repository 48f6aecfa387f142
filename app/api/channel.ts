/** The port between a peer and one screen: whole messages, in order. */
export interface Channel {
  send(message: Uint8Array): void
  /** Bytes sent that have not left yet. */
  readonly queuedBytes: number
  onMessage(listener: (message: Uint8Array) => void): void
  /** Called once. */
  onClose(listener: () => void): void
  close(): void
}
