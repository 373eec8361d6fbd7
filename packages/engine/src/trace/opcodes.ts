// Names of the instructions as geth prints them, by opcode.

const names: (string | undefined)[] = new Array(256).fill(undefined)

function range(first: number, ...list: readonly string[]): void {
  list.forEach((name, index) => {
    names[first + index] = name
  })
}

range(0x00, 'STOP', 'ADD', 'MUL', 'SUB', 'DIV', 'SDIV', 'MOD', 'SMOD', 'ADDMOD', 'MULMOD', 'EXP')
range(0x0b, 'SIGNEXTEND')
range(0x10, 'LT', 'GT', 'SLT', 'SGT', 'EQ', 'ISZERO', 'AND', 'OR', 'XOR', 'NOT', 'BYTE')
range(0x1b, 'SHL', 'SHR', 'SAR')
range(0x20, 'KECCAK256')
range(0x30, 'ADDRESS', 'BALANCE', 'ORIGIN', 'CALLER', 'CALLVALUE', 'CALLDATALOAD', 'CALLDATASIZE')
range(0x37, 'CALLDATACOPY', 'CODESIZE', 'CODECOPY', 'GASPRICE', 'EXTCODESIZE', 'EXTCODECOPY')
range(0x3d, 'RETURNDATASIZE', 'RETURNDATACOPY', 'EXTCODEHASH')
range(0x40, 'BLOCKHASH', 'COINBASE', 'TIMESTAMP', 'NUMBER', 'DIFFICULTY', 'GASLIMIT', 'CHAINID')
range(0x47, 'SELFBALANCE', 'BASEFEE', 'BLOBHASH', 'BLOBBASEFEE')
range(0x50, 'POP', 'MLOAD', 'MSTORE', 'MSTORE8', 'SLOAD', 'SSTORE', 'JUMP', 'JUMPI', 'PC', 'MSIZE')
range(0x5a, 'GAS', 'JUMPDEST', 'TLOAD', 'TSTORE', 'MCOPY')
for (let i = 0; i <= 32; i++) names[0x5f + i] = `PUSH${i}`
for (let i = 1; i <= 16; i++) names[0x7f + i] = `DUP${i}`
for (let i = 1; i <= 16; i++) names[0x8f + i] = `SWAP${i}`
for (let i = 0; i <= 4; i++) names[0xa0 + i] = `LOG${i}`
range(0xf0, 'CREATE', 'CALL', 'CALLCODE', 'RETURN', 'DELEGATECALL', 'CREATE2')
names[0xfa] = 'STATICCALL'
range(0xfd, 'REVERT', 'INVALID', 'SELFDESTRUCT')

export const OP_SLOAD = 0x54
export const OP_SSTORE = 0x55
export const OP_CREATE = 0xf0
export const OP_CALL = 0xf1
export const OP_CALLCODE = 0xf2
export const OP_DELEGATECALL = 0xf4
export const OP_CREATE2 = 0xf5
export const OP_STATICCALL = 0xfa
export const OP_SELFDESTRUCT = 0xff

/** The instruction's name; for a byte that is none, geth's phrase. */
export function opcodeName(opcode: number): string {
  return names[opcode] ?? `opcode 0x${opcode.toString(16)} not defined`
}

/** Whether a frame opened by this opcode runs init code. */
export function isCreation(opcode: number): boolean {
  return opcode === OP_CREATE || opcode === OP_CREATE2
}
