// Solidity ABI specification, "Error" and "Panic": what a revert carries by convention.

const ERROR_SELECTOR = 0x08c379a0
const PANIC_SELECTOR = 0x4e487b71
const WORD = 32

// geth's words for the compiler's panic codes.
const PANICS: ReadonlyMap<bigint, string> = new Map([
  [0x00n, 'generic panic'],
  [0x01n, 'assert(false)'],
  [0x11n, 'arithmetic underflow or overflow'],
  [0x12n, 'division or modulo by zero'],
  [0x21n, 'enum overflow'],
  [0x22n, 'invalid encoded storage byte array accessed'],
  [0x31n, 'out-of-bounds array access; popping on an empty array'],
  [0x32n, 'out-of-bounds access of an array or bytesN'],
  [0x41n, 'out of memory'],
  [0x51n, 'uninitialized function'],
])

/**
 * The message in a revert's data: the string of `Error(string)` or the meaning of `Panic(uint256)`.
 * undefined for anything else, malformed encodings included.
 */
export function decodeRevertReason(data: Uint8Array): string | undefined {
  if (data.length < 4 + WORD) return undefined
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const selector = view.getUint32(0)
  if (selector === PANIC_SELECTOR) {
    const code = wordAt(view, 4)
    return PANICS.get(code) ?? `unknown panic code: 0x${code.toString(16)}`
  }
  return selector === ERROR_SELECTOR ? decodeString(data, view) : undefined
}

/** The only argument, a dynamic string: its offset, then at the offset its length and its bytes. */
function decodeString(data: Uint8Array, view: DataView): string | undefined {
  const offset = wordAt(view, 4)
  const end = BigInt(data.length)
  const lengthAt = 4n + offset
  if (lengthAt + BigInt(WORD) > end) return undefined
  const length = wordAt(view, Number(lengthAt))
  const start = lengthAt + BigInt(WORD)
  if (start + length > end) return undefined
  return Buffer.from(data.subarray(Number(start), Number(start + length))).toString('utf8')
}

function wordAt(view: DataView, offset: number): bigint {
  let value = 0n
  for (let i = 0; i < WORD; i += 8) value = (value << 64n) | view.getBigUint64(offset + i)
  return value
}
