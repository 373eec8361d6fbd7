/** Many byte strings in one buffer: one piece of memory to move between threads instead of many. */
export interface PackedBytes {
  readonly bytes: Uint8Array
  /** Where each string ends. */
  readonly ends: Uint32Array
}

export function packBytes(list: readonly Uint8Array[]): PackedBytes {
  const ends = new Uint32Array(list.length)
  let length = 0
  for (let index = 0; index < list.length; index++) {
    length += (list[index] as Uint8Array).length
    ends[index] = length
  }
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const each of list) {
    bytes.set(each, offset)
    offset += each.length
  }
  return { bytes, ends }
}

/** Views of the packed memory. */
export function unpackBytes({ bytes, ends }: PackedBytes): readonly Uint8Array[] {
  let start = 0
  return Array.from(ends, (end) => {
    const each = bytes.subarray(start, end)
    start = end
    return each
  })
}

/** What to move with the message. */
export function packedBuffers({ bytes, ends }: PackedBytes): ArrayBuffer[] {
  return [bytes.buffer as ArrayBuffer, ends.buffer as ArrayBuffer]
}
