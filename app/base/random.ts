/** The only door to chance. */
export interface Random {
  bytes(length: number): Uint8Array
  /** A whole number from 0 to 2^53 - 1. */
  uint53(): number
}

const uint53From = (bytes: Uint8Array): number => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8)
  return (view.getUint32(0) & 0x1fffff) * 2 ** 32 + view.getUint32(4)
}

/** The system's cryptographic source. */
export const systemRandom = (): Random => {
  const bytes = (length: number) => crypto.getRandomValues(new Uint8Array(length))
  return { bytes, uint53: () => uint53From(bytes(8)) }
}

/** A whole number from 0 to `below - 1`. */
export const below = (random: Random, limit: number): number => random.uint53() % limit
