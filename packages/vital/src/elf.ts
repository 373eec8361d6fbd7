import { ElfError } from './errors.ts'

/** A piece of a program's memory at the start. */
export interface Segment {
  /** Guest address; `address + bytes.length` is at most 2^32. */
  readonly address: number
  readonly bytes: Uint8Array
}

/** What a machine is started with. */
export interface ProgramImage {
  readonly entry: bigint
  /** Without those that are empty in the file; they do not overlap. */
  readonly segments: readonly Segment[]
}

const SPACE = 2 ** 32
const HEADER_SIZE = 64
const PROGRAM_HEADER_SIZE = 56
/** More program headers than any static executable has. */
const MAX_PROGRAM_HEADERS = 256

const EM_RISCV = 243
const ET_REL = 1
const ET_EXEC = 2
const ET_DYN = 3
const PT_LOAD = 1
const PT_DYNAMIC = 2
const PT_INTERP = 3

/**
 * Reads a statically linked RISC-V executable: docs/riscv.md, "Loading". Everything in the file is
 * checked before it is used. Throws ElfError.
 */
export function parseElf(file: Uint8Array): ProgramImage {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  checkHeader(file, view)
  const offset = view.getBigUint64(32, true)
  const entrySize = view.getUint16(54, true)
  const count = view.getUint16(56, true)
  if (entrySize !== PROGRAM_HEADER_SIZE)
    throw new ElfError(`program headers have ${PROGRAM_HEADER_SIZE} bytes, not ${entrySize}`)
  if (count === 0 || count > MAX_PROGRAM_HEADERS)
    throw new ElfError(`between 1 and ${MAX_PROGRAM_HEADERS} program headers, not ${count}`)
  if (offset + BigInt(count * PROGRAM_HEADER_SIZE) > BigInt(file.length))
    throw new ElfError(`the program headers at offset ${offset} reach beyond the file`)
  const loaded: Range[] = []
  for (let index = 0; index < count; index++) {
    const at = Number(offset) + index * PROGRAM_HEADER_SIZE
    const type = view.getUint32(at, true)
    if (type === PT_INTERP || type === PT_DYNAMIC)
      throw new ElfError(
        `program header ${index}: the file is linked dynamically: link it with -static -no-pie`,
      )
    if (type === PT_LOAD) loaded.push(readSegment(file, view, at, index))
  }
  checkOverlap(loaded)
  return {
    entry: view.getBigUint64(24, true),
    segments: loaded.filter(({ bytes }) => bytes.length > 0),
  }
}

/** A segment with the size it has in memory, zeros after its bytes included. */
interface Range extends Segment {
  readonly size: number
  readonly index: number
}

function checkHeader(file: Uint8Array, view: DataView): void {
  if (file.length < HEADER_SIZE || view.getUint32(0) !== 0x7f454c46)
    throw new ElfError('not an ELF file')
  if (file[4] !== 2 || file[5] !== 1) {
    const what = file[4] === 1 ? '32-bit' : file[5] === 2 ? 'big-endian' : 'of no known class'
    throw new ElfError(
      `not a 64-bit little-endian ELF file but one that is ${what}: build it with -march=rv64im -mabi=lp64`,
    )
  }
  const type = view.getUint16(16, true)
  const machine = view.getUint16(18, true)
  if (machine !== EM_RISCV)
    throw new ElfError(`the machine is RISC-V (${EM_RISCV}), not ${machine}`)
  if (type !== ET_EXEC) {
    const what =
      type === ET_DYN ? 'position-independent' : type === ET_REL ? 'not linked' : 'no executable'
    throw new ElfError(
      `an executable at fixed addresses has type ${ET_EXEC}; this one, of type ${type}, is ${what}: link it with -static -no-pie`,
    )
  }
}

function readSegment(file: Uint8Array, view: DataView, at: number, index: number): Range {
  const offset = view.getBigUint64(at + 8, true)
  const address = view.getBigUint64(at + 16, true)
  const fileSize = view.getBigUint64(at + 32, true)
  const size = view.getBigUint64(at + 40, true)
  const place = `segment ${index} (0x${address.toString(16)}, ${size} bytes)`
  if (fileSize > size) throw new ElfError(`${place} has ${fileSize} bytes in the file`)
  if (offset + fileSize > BigInt(file.length))
    throw new ElfError(`${place} reaches beyond the file`)
  if (address + size > BigInt(SPACE)) throw new ElfError(`${place} reaches beyond 2^32`)
  const from = Number(offset)
  return {
    address: Number(address),
    size: Number(size),
    bytes: file.subarray(from, from + Number(fileSize)),
    index,
  }
}

function checkOverlap(segments: readonly Range[]): void {
  const sorted = segments.filter(({ size }) => size > 0).sort((a, b) => a.address - b.address)
  for (const [position, segment] of sorted.entries()) {
    const next = sorted[position + 1]
    if (next !== undefined && segment.address + segment.size > next.address)
      throw new ElfError(`segments ${segment.index} and ${next.index} overlap`)
  }
}
