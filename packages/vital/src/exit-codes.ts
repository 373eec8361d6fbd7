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
  [EXIT.badPc]: 'pc misaligned or beyond 2^32',
  [EXIT.outOfRange]: 'access beyond 2^32',
  [EXIT.badEcall]: 'unknown ECALL',
  [EXIT.breakpoint]: 'EBREAK',
}

/** What an exit code of the machine's own says; undefined for a program's. */
export function exitReason(code: number): string | undefined {
  return MACHINE[code]
}
