// Every word of an ELF's code is an instruction of RV64IM: docs/riscv.md, "Instructions", without FENCE.I.

/** The ELF holds code that the proof machine does not run, or is not laid out as ours are. */
export class InstructionError extends Error {
  override readonly name = 'InstructionError'
}

const SECTION_HEADER_SIZE = 64
const FLAG_EXECUTE = 4n

/** Throws InstructionError naming the first word of an executable section that is no instruction of RV64IM. */
export function checkInstructions(elf: Uint8Array): void {
  const view = new DataView(elf.buffer, elf.byteOffset, elf.byteLength)
  const offset = Number(view.getBigUint64(40, true))
  const count = view.getUint16(60, true)
  let checked = 0
  for (let index = 0; index < count; index++) {
    const header = offset + index * SECTION_HEADER_SIZE
    if ((view.getBigUint64(header + 8, true) & FLAG_EXECUTE) === 0n) continue
    const address = view.getBigUint64(header + 16, true)
    const from = Number(view.getBigUint64(header + 24, true))
    const size = Number(view.getBigUint64(header + 32, true))
    if (size % 4 !== 0)
      throw new InstructionError(`code of ${size} bytes is not made of whole words`)
    for (let at = 0; at < size; at += 4) {
      const word = view.getUint32(from + at, true)
      if (!isRv64im(word)) {
        const place = (address + BigInt(at)).toString(16)
        throw new InstructionError(`0x${word.toString(16)} at 0x${place} is no RV64IM instruction`)
      }
      checked++
    }
  }
  if (checked === 0) throw new InstructionError('the ELF has no section with code')
}

/** Whether the word is one of RV64IM's 65 instructions. */
export function isRv64im(word: number): boolean {
  const f3 = (word >>> 12) & 7
  const f6 = word >>> 26
  const f7 = word >>> 25
  switch (word & 0x7f) {
    case 0x37:
    case 0x17:
    case 0x6f:
      return true
    case 0x67:
      return f3 === 0
    case 0x63:
      return f3 !== 2 && f3 !== 3
    case 0x03:
      return f3 !== 7
    case 0x23:
      return f3 < 4
    case 0x13:
      if (f3 === 1) return f6 === 0
      return f3 !== 5 || f6 === 0 || f6 === 0x10
    case 0x1b:
      if (f3 === 0) return true
      if (f3 === 1) return f7 === 0
      return f3 === 5 && (f7 === 0 || f7 === 0x20)
    case 0x33:
      return f7 < 2 || (f7 === 0x20 && (f3 === 0 || f3 === 5))
    case 0x3b:
      if (f7 === 0 || f7 === 0x20) return f3 === 0 || f3 === 5 || (f3 === 1 && f7 === 0)
      return f7 === 1 && f3 !== 1 && f3 !== 2 && f3 !== 3
    case 0x0f:
      return f3 === 0
    case 0x73:
      return word === 0x73 || word === 0x100073
    default:
      return false
  }
}
