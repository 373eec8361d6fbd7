// Encodings of RV64IM, by name, for tests that write code.

const registerForm =
  (opcode: number, f3: number, f7: number) => (rd: number, rs1: number, rs2: number) =>
    ((f7 << 25) | (rs2 << 20) | (rs1 << 15) | (f3 << 12) | (rd << 7) | opcode) >>> 0

const immediateForm =
  (opcode: number, f3: number) => (rd: number, rs1: number, immediate: number) =>
    (((immediate & 0xfff) << 20) | (rs1 << 15) | (f3 << 12) | (rd << 7) | opcode) >>> 0

const shiftForm =
  (opcode: number, f3: number, high: number) => (rd: number, rs1: number, count: number) =>
    ((high << 26) | (count << 20) | (rs1 << 15) | (f3 << 12) | (rd << 7) | opcode) >>> 0

const storeForm = (f3: number) => (rs2: number, rs1: number, immediate: number) =>
  ((((immediate >> 5) & 0x7f) << 25) |
    (rs2 << 20) |
    (rs1 << 15) |
    (f3 << 12) |
    ((immediate & 31) << 7) |
    0x23) >>>
  0

const branchForm = (f3: number) => (rs1: number, rs2: number, offset: number) =>
  ((((offset >> 12) & 1) << 31) |
    (((offset >> 5) & 0x3f) << 25) |
    (rs2 << 20) |
    (rs1 << 15) |
    (f3 << 12) |
    (((offset >> 1) & 15) << 8) |
    (((offset >> 11) & 1) << 7) |
    0x63) >>>
  0

/** Instructions of two source registers, whose results tests compare with the specification's. */
export const binary = {
  add: registerForm(0x33, 0, 0),
  sub: registerForm(0x33, 0, 0x20),
  sll: registerForm(0x33, 1, 0),
  slt: registerForm(0x33, 2, 0),
  sltu: registerForm(0x33, 3, 0),
  xor: registerForm(0x33, 4, 0),
  srl: registerForm(0x33, 5, 0),
  sra: registerForm(0x33, 5, 0x20),
  or: registerForm(0x33, 6, 0),
  and: registerForm(0x33, 7, 0),
  mul: registerForm(0x33, 0, 1),
  mulh: registerForm(0x33, 1, 1),
  mulhsu: registerForm(0x33, 2, 1),
  mulhu: registerForm(0x33, 3, 1),
  div: registerForm(0x33, 4, 1),
  divu: registerForm(0x33, 5, 1),
  rem: registerForm(0x33, 6, 1),
  remu: registerForm(0x33, 7, 1),
  addw: registerForm(0x3b, 0, 0),
  subw: registerForm(0x3b, 0, 0x20),
  sllw: registerForm(0x3b, 1, 0),
  srlw: registerForm(0x3b, 5, 0),
  sraw: registerForm(0x3b, 5, 0x20),
  mulw: registerForm(0x3b, 0, 1),
  divw: registerForm(0x3b, 4, 1),
  divuw: registerForm(0x3b, 5, 1),
  remw: registerForm(0x3b, 6, 1),
  remuw: registerForm(0x3b, 7, 1),
} as const

/** Instructions of a source register and a signed immediate of 12 bits. */
export const immediate = {
  addi: immediateForm(0x13, 0),
  slti: immediateForm(0x13, 2),
  sltiu: immediateForm(0x13, 3),
  xori: immediateForm(0x13, 4),
  ori: immediateForm(0x13, 6),
  andi: immediateForm(0x13, 7),
  addiw: immediateForm(0x1b, 0),
} as const

/** Shifts by a constant, and how many bits the constant has. */
export const shift = {
  slli: { encode: shiftForm(0x13, 1, 0), bits: 6 },
  srli: { encode: shiftForm(0x13, 5, 0), bits: 6 },
  srai: { encode: shiftForm(0x13, 5, 0x10), bits: 6 },
  slliw: { encode: shiftForm(0x1b, 1, 0), bits: 5 },
  srliw: { encode: shiftForm(0x1b, 5, 0), bits: 5 },
  sraiw: { encode: shiftForm(0x1b, 5, 0x10), bits: 5 },
} as const

export const load = {
  lb: immediateForm(0x03, 0),
  lh: immediateForm(0x03, 1),
  lw: immediateForm(0x03, 2),
  ld: immediateForm(0x03, 3),
  lbu: immediateForm(0x03, 4),
  lhu: immediateForm(0x03, 5),
  lwu: immediateForm(0x03, 6),
} as const

export const store = {
  sb: storeForm(0),
  sh: storeForm(1),
  sw: storeForm(2),
  sd: storeForm(3),
} as const

export const branch = {
  beq: branchForm(0),
  bne: branchForm(1),
  blt: branchForm(4),
  bge: branchForm(5),
  bltu: branchForm(6),
  bgeu: branchForm(7),
} as const

export const lui = (rd: number, upper: number): number => ((upper << 12) | (rd << 7) | 0x37) >>> 0
export const auipc = (rd: number, upper: number): number => ((upper << 12) | (rd << 7) | 0x17) >>> 0
export const jalr = immediateForm(0x67, 0)
export const jal = (rd: number, offset: number): number =>
  ((((offset >> 20) & 1) << 31) |
    (((offset >> 1) & 0x3ff) << 21) |
    (((offset >> 11) & 1) << 20) |
    (((offset >> 12) & 0xff) << 12) |
    (rd << 7) |
    0x6f) >>>
  0

export const ECALL = 0x00000073
export const EBREAK = 0x00100073
export const FENCE = 0x0ff0000f
export const FENCE_I = 0x0000100f
