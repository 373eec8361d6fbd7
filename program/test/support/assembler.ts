const plain: Readonly<Record<string, number>> = {
  STOP: 0x00,
  ADD: 0x01,
  MUL: 0x02,
  SUB: 0x03,
  DIV: 0x04,
  SDIV: 0x05,
  MOD: 0x06,
  SMOD: 0x07,
  ADDMOD: 0x08,
  MULMOD: 0x09,
  EXP: 0x0a,
  SIGNEXTEND: 0x0b,
  LT: 0x10,
  GT: 0x11,
  SLT: 0x12,
  SGT: 0x13,
  EQ: 0x14,
  ISZERO: 0x15,
  AND: 0x16,
  OR: 0x17,
  XOR: 0x18,
  NOT: 0x19,
  BYTE: 0x1a,
  SHL: 0x1b,
  SHR: 0x1c,
  SAR: 0x1d,
  KECCAK256: 0x20,
  ADDRESS: 0x30,
  BALANCE: 0x31,
  ORIGIN: 0x32,
  CALLER: 0x33,
  CALLVALUE: 0x34,
  CALLDATALOAD: 0x35,
  CALLDATASIZE: 0x36,
  CALLDATACOPY: 0x37,
  CODESIZE: 0x38,
  CODECOPY: 0x39,
  GASPRICE: 0x3a,
  EXTCODESIZE: 0x3b,
  EXTCODECOPY: 0x3c,
  RETURNDATASIZE: 0x3d,
  RETURNDATACOPY: 0x3e,
  EXTCODEHASH: 0x3f,
  BLOCKHASH: 0x40,
  COINBASE: 0x41,
  TIMESTAMP: 0x42,
  NUMBER: 0x43,
  PREVRANDAO: 0x44,
  GASLIMIT: 0x45,
  CHAINID: 0x46,
  SELFBALANCE: 0x47,
  BASEFEE: 0x48,
  BLOBHASH: 0x49,
  BLOBBASEFEE: 0x4a,
  POP: 0x50,
  MLOAD: 0x51,
  MSTORE: 0x52,
  MSTORE8: 0x53,
  SLOAD: 0x54,
  SSTORE: 0x55,
  JUMP: 0x56,
  JUMPI: 0x57,
  PC: 0x58,
  MSIZE: 0x59,
  GAS: 0x5a,
  JUMPDEST: 0x5b,
  TLOAD: 0x5c,
  TSTORE: 0x5d,
  MCOPY: 0x5e,
  PUSH0: 0x5f,
  CREATE: 0xf0,
  CALL: 0xf1,
  CALLCODE: 0xf2,
  RETURN: 0xf3,
  DELEGATECALL: 0xf4,
  CREATE2: 0xf5,
  STATICCALL: 0xfa,
  REVERT: 0xfd,
  INVALID: 0xfe,
  SELFDESTRUCT: 0xff,
}

/** Opcodes by name, PUSH1 to PUSH32 and the other families included. */
export const opcodes: Readonly<Record<string, number>> = {
  ...plain,
  ...family('PUSH', 1, 32, 0x60),
  ...family('DUP', 1, 16, 0x80),
  ...family('SWAP', 1, 16, 0x90),
  ...family('LOG', 0, 4, 0xa0),
}

function family(name: string, from: number, to: number, first: number): Record<string, number> {
  const entries = Array.from(
    { length: to - from + 1 },
    (_, i) => [`${name}${from + i}`, first + i] as const,
  )
  return Object.fromEntries(entries)
}

/**
 * Bytes of a program: names of opcodes, numbers (pushed in as few bytes as they need), `:label` (a JUMPDEST)
 * and `@label` (pushes its place with PUSH2), separated by blanks.
 */
export function assemble(source: string): Uint8Array {
  const code: number[] = []
  const labels = new Map<string, number>()
  const uses: { at: number; label: string }[] = []
  for (const token of source.split(/\s+/).filter(Boolean)) {
    const opcode = opcodes[token]
    if (opcode !== undefined) code.push(opcode)
    else if (token.startsWith(':')) {
      labels.set(token.slice(1), code.length)
      code.push(0x5b)
    } else if (token.startsWith('@')) {
      uses.push({ at: code.length + 1, label: token.slice(1) })
      code.push(0x61, 0, 0)
    } else code.push(...push(BigInt(token)))
  }
  for (const { at, label } of uses) {
    const target = labels.get(label)
    if (target === undefined) throw new Error(`no label ${label}`)
    code[at] = target >> 8
    code[at + 1] = target & 0xff
  }
  return Uint8Array.from(code)
}

/** The shortest push of a number; PUSH1 0 for zero. */
export function push(value: bigint): readonly number[] {
  const digits = value.toString(16)
  const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex')
  return [0x5f + bytes.length, ...bytes]
}

/** Init code that deploys `code`. */
export function deployer(code: Uint8Array): Uint8Array {
  // PUSH2 length, DUP1, PUSH1 offset, PUSH0, CODECOPY, PUSH0, RETURN
  const prefix = [
    0x61,
    code.length >> 8,
    code.length & 0xff,
    0x80,
    0x60,
    10,
    0x5f,
    0x39,
    0x5f,
    0xf3,
  ]
  return Uint8Array.from([...prefix, ...code])
}
