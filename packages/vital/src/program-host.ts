import type { MachineHost } from './emulator.ts'
import { ProgramOutputError } from './errors.ts'

/** What serves the rollup program, whether it runs in V8 or on the machine. */
export interface ProgramServer {
  /** The bytes behind a typed key of 32 bytes, or undefined. */
  get(key: Uint8Array): Uint8Array | undefined
  /** A hint, as the program gave it. */
  hint?(bytes: Uint8Array): void
  /** A record of the program's output (program/shared/abi.ts, OUTPUT_*). */
  output?(kind: number, record: Uint8Array): void
}

const STDOUT = 1
const HINT = 4
/** Longer messages than any the program has reason to send. */
const MAX_MESSAGE = 1 << 28

/**
 * Connects a server to a machine that runs the rollup program: takes its messages apart (docs/riscv.md, "The
 * program"). A run throws ProgramOutputError when they are not framed as that program's are.
 *
 * @example
 * const machine = createMachine(parseElf(file), createProgramHost(server))
 */
export function createProgramHost(server: ProgramServer): MachineHost {
  const hints = reader(4, (header) => ({ kind: 0, length: header.getUint32(0) }))
  const records = reader(8, (header) => ({
    kind: header.getUint32(0, true),
    length: header.getUint32(4, true),
  }))
  return {
    preimage: (key) => server.get(Buffer.from(key, 'hex')),
    output(descriptor, bytes) {
      if (descriptor === HINT && server.hint !== undefined)
        hints(bytes, (_, message) => server.hint?.(message))
      if (descriptor === STDOUT && server.output !== undefined)
        records(bytes, (kind, record) => server.output?.(kind, record))
    },
  }
}

interface Frame {
  readonly kind: number
  readonly length: number
}

/** Joins what comes in pieces into messages: a header that says how long, then the bytes. */
function reader(headerSize: number, readHeader: (header: DataView) => Frame) {
  let pieces: Uint8Array[] = []
  let have = 0
  let frame: Frame | undefined

  const joined = (): Buffer => {
    const bytes = Buffer.concat(pieces)
    pieces = [bytes]
    return bytes
  }

  return (bytes: Uint8Array, deliver: (kind: number, message: Uint8Array) => void): void => {
    pieces.push(bytes.slice())
    have += bytes.length
    for (;;) {
      const needed = frame === undefined ? headerSize : frame.length
      if (have < needed) return
      const whole = joined()
      const part = whole.subarray(0, needed)
      pieces = [whole.subarray(needed)]
      have -= needed
      if (frame === undefined) {
        frame = readHeader(new DataView(part.buffer, part.byteOffset, part.length))
        if (frame.length > MAX_MESSAGE)
          throw new ProgramOutputError(
            `the program sends messages of at most ${MAX_MESSAGE} bytes, not ${frame.length}`,
          )
      } else {
        deliver(frame.kind, part)
        frame = undefined
      }
    }
  }
}
