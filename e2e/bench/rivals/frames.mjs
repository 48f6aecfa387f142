/** Messages on a bare TCP connection: four bytes of length, then the bytes. */
export const frame = (bytes) => {
  const framed = Buffer.allocUnsafe(4 + bytes.length)
  framed.writeUInt32BE(bytes.length)
  framed.set(bytes, 4)
  return framed
}

export const unframer = (take) => {
  let kept = []
  let keptBytes = 0
  let wanted = 4
  return (chunk) => {
    kept.push(chunk)
    keptBytes += chunk.length
    while (keptBytes >= wanted) {
      const whole = kept.length === 1 ? kept[0] : Buffer.concat(kept)
      const length = whole.readUInt32BE(0)
      if (whole.length < 4 + length) {
        kept = [whole]
        wanted = 4 + length
        return
      }
      take(new Uint8Array(whole.buffer, whole.byteOffset + 4, length))
      kept = [whole.subarray(4 + length)]
      keptBytes = kept[0].length
      wanted = 4
    }
  }
}
