/** Codes with which the machine itself exits: docs/riscv.md, "Step". */
export const EXIT = {
  badInstruction: 224,
  badPc: 225,
  outOfRange: 227,
  badEcall: 228,
  breakpoint: 229,
} as const

const MACHINE: Readonly<Record<number, string>> = {
  [EXIT.badInstruction]: 'unknown instruction',
  [EXIT.badPc]: 'pc no multiple of 4, as in compressed code, or beyond 2^32',
  [EXIT.outOfRange]: 'access beyond 2^32',
  [EXIT.badEcall]: 'unknown ECALL',
  [EXIT.breakpoint]: 'EBREAK',
}

/** What assemblers write for `unimp`: csrrw x0, cycle, x0. */
const UNIMP = 0xc0001073
const OPCODES_OF_FLOATS = [0x07, 0x27, 0x43, 0x47, 0x4b, 0x4f, 0x53]

/** Why a word is no instruction of the machine's, as far as its opcode tells: mostly how it was compiled. */
function extensionOf(word: number): string {
  const opcode = word & 0x7f
  if (word === 0) return 'zeros, no code'
  if (word === UNIMP) return 'unimp: the program ran into what follows its end'
  if ((word & 3) !== 3) return 'compressed; build with -march=rv64im'
  if (OPCODES_OF_FLOATS.includes(opcode))
    return 'floating point; build with -march=rv64im -mabi=lp64'
  if (opcode === 0x2f) return 'atomic; build with -march=rv64im'
  if (opcode === 0x73) return ((word >>> 12) & 7) === 0 ? 'privileged' : 'of a CSR'
  return 'not of RV64IM'
}

/**
 * What an exit code of the machine's own says; undefined for a program's.
 * @param word What stood at the pc, 32 bits.
 */
export function exitReason(code: number, word?: number): string | undefined {
  const reason = MACHINE[code]
  if (code !== EXIT.badInstruction || word === undefined) return reason
  return `${reason} 0x${word.toString(16).padStart(8, '0')}, ${extensionOf(word)}`
}
