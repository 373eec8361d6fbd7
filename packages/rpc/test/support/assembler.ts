import type { Hex } from '@altlayer/protocol'

// Just enough assembly for test contracts: instruction names, and numbers or hex that are pushed.

const NAMES: Readonly<Record<string, number>> = {
  STOP: 0x00,
  ADD: 0x01,
  CALLDATALOAD: 0x35,
  CALLDATASIZE: 0x36,
  RETURNDATASIZE: 0x3d,
  RETURNDATACOPY: 0x3e,
  POP: 0x50,
  MLOAD: 0x51,
  MSTORE: 0x52,
  MSTORE8: 0x53,
  SLOAD: 0x54,
  SSTORE: 0x55,
  JUMP: 0x56,
  GAS: 0x5a,
  JUMPDEST: 0x5b,
  TLOAD: 0x5c,
  TSTORE: 0x5d,
  DUP1: 0x80,
  LOG0: 0xa0,
  LOG1: 0xa1,
  LOG2: 0xa2,
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

/** Bytecode of `assemble('1 0 SSTORE STOP')`: what is no name is pushed, in as few bytes as it takes. */
export function assemble(source: string): Hex {
  let code = ''
  for (const word of source.trim().split(/\s+/)) {
    const opcode = NAMES[word]
    if (opcode !== undefined) {
      code += opcode.toString(16).padStart(2, '0')
      continue
    }
    const digits = word.startsWith('0x') ? word.slice(2) : BigInt(word).toString(16)
    const data = digits.length % 2 === 0 ? digits : `0${digits}`
    code += data === '00' ? '5f' : (0x5f + data.length / 2).toString(16) + data
  }
  return `0x${code}`
}

/** Init code (at most 32 bytes of it) that deploys nothing but runs `source`. */
export function word(code: Hex): string {
  return `0x${code.slice(2).padEnd(64, '0')}`
}
