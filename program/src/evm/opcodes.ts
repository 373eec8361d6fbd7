// Opcodes, and the handlers that decoded instructions name. A handler below 256 is the opcode's own;
// PUSH, DUP, SWAP and LOG families share the handler of their first member; those from 256 are fused.

export const OP_STOP: u32 = 0x00
export const OP_ADD: u32 = 0x01
export const OP_MUL: u32 = 0x02
export const OP_SUB: u32 = 0x03
export const OP_DIV: u32 = 0x04
export const OP_SDIV: u32 = 0x05
export const OP_MOD: u32 = 0x06
export const OP_SMOD: u32 = 0x07
export const OP_ADDMOD: u32 = 0x08
export const OP_MULMOD: u32 = 0x09
export const OP_EXP: u32 = 0x0a
export const OP_SIGNEXTEND: u32 = 0x0b
export const OP_LT: u32 = 0x10
export const OP_GT: u32 = 0x11
export const OP_SLT: u32 = 0x12
export const OP_SGT: u32 = 0x13
export const OP_EQ: u32 = 0x14
export const OP_ISZERO: u32 = 0x15
export const OP_AND: u32 = 0x16
export const OP_OR: u32 = 0x17
export const OP_XOR: u32 = 0x18
export const OP_NOT: u32 = 0x19
export const OP_BYTE: u32 = 0x1a
export const OP_SHL: u32 = 0x1b
export const OP_SHR: u32 = 0x1c
export const OP_SAR: u32 = 0x1d
export const OP_KECCAK256: u32 = 0x20
export const OP_ADDRESS: u32 = 0x30
export const OP_BALANCE: u32 = 0x31
export const OP_ORIGIN: u32 = 0x32
export const OP_CALLER: u32 = 0x33
export const OP_CALLVALUE: u32 = 0x34
export const OP_CALLDATALOAD: u32 = 0x35
export const OP_CALLDATASIZE: u32 = 0x36
export const OP_CALLDATACOPY: u32 = 0x37
export const OP_CODESIZE: u32 = 0x38
export const OP_CODECOPY: u32 = 0x39
export const OP_GASPRICE: u32 = 0x3a
export const OP_EXTCODESIZE: u32 = 0x3b
export const OP_EXTCODECOPY: u32 = 0x3c
export const OP_RETURNDATASIZE: u32 = 0x3d
export const OP_RETURNDATACOPY: u32 = 0x3e
export const OP_EXTCODEHASH: u32 = 0x3f
export const OP_BLOCKHASH: u32 = 0x40
export const OP_COINBASE: u32 = 0x41
export const OP_TIMESTAMP: u32 = 0x42
export const OP_NUMBER: u32 = 0x43
export const OP_PREVRANDAO: u32 = 0x44
export const OP_GASLIMIT: u32 = 0x45
export const OP_CHAINID: u32 = 0x46
export const OP_SELFBALANCE: u32 = 0x47
export const OP_BASEFEE: u32 = 0x48
export const OP_BLOBHASH: u32 = 0x49
export const OP_BLOBBASEFEE: u32 = 0x4a
export const OP_POP: u32 = 0x50
export const OP_MLOAD: u32 = 0x51
export const OP_MSTORE: u32 = 0x52
export const OP_MSTORE8: u32 = 0x53
export const OP_SLOAD: u32 = 0x54
export const OP_SSTORE: u32 = 0x55
export const OP_JUMP: u32 = 0x56
export const OP_JUMPI: u32 = 0x57
export const OP_PC: u32 = 0x58
export const OP_MSIZE: u32 = 0x59
export const OP_GAS: u32 = 0x5a
export const OP_JUMPDEST: u32 = 0x5b
export const OP_TLOAD: u32 = 0x5c
export const OP_TSTORE: u32 = 0x5d
export const OP_MCOPY: u32 = 0x5e
export const OP_PUSH0: u32 = 0x5f
/** Handler of PUSH1 to PUSH4: the immediate is in the record. */
export const OP_PUSH1: u32 = 0x60
export const OP_PUSH4: u32 = 0x63
/** Handler of PUSH5 to PUSH32: the record has the offset of the word in the constant pool. */
export const OP_PUSH32: u32 = 0x7f
/** Handler of all DUPs; aux is the offset of the word. */
export const OP_DUP1: u32 = 0x80
export const OP_DUP16: u32 = 0x8f
/** Handler of all SWAPs; aux is the offset of the word. */
export const OP_SWAP1: u32 = 0x90
export const OP_SWAP16: u32 = 0x9f
/** Handler of all LOGs; aux is the number of topics. */
export const OP_LOG0: u32 = 0xa0
export const OP_LOG4: u32 = 0xa4
export const OP_CREATE: u32 = 0xf0
export const OP_CALL: u32 = 0xf1
export const OP_CALLCODE: u32 = 0xf2
export const OP_RETURN: u32 = 0xf3
export const OP_DELEGATECALL: u32 = 0xf4
export const OP_CREATE2: u32 = 0xf5
export const OP_STATICCALL: u32 = 0xfa
export const OP_REVERT: u32 = 0xfd
export const OP_INVALID: u32 = 0xfe
export const OP_SELFDESTRUCT: u32 = 0xff

// Handlers without an opcode.
/** A record that is not decoded yet, in place of STOP. */
export const H_UNDECODED: u32 = 0
export const H_STOP: u32 = 0x0c
/** Before each instruction of traced code: aux is its opcode, the immediate its pc. */
export const H_TRACE: u32 = 0x100
/** JUMP and JUMPI of traced code, where a jump must not skip the JUMPDEST's own event. */
export const H_TRACED_JUMP: u32 = 0x101
export const H_TRACED_JUMPI: u32 = 0x102
// Fused instructions. Jumps have the target record's offset as immediate; BACK: it lies behind.
export const H_PUSH_JUMP: u32 = 0x103
export const H_PUSH_JUMP_BACK: u32 = 0x104
export const H_PUSH_JUMPI: u32 = 0x105
export const H_PUSH_JUMPI_BACK: u32 = 0x106
export const H_ISZERO_PUSH_JUMPI: u32 = 0x107
export const H_ISZERO_PUSH_JUMPI_BACK: u32 = 0x108
export const H_PUSH_ADD: u32 = 0x109
export const H_PUSH_SUB: u32 = 0x10a
export const H_PUSH_AND: u32 = 0x10b
export const H_PUSH_SHL: u32 = 0x10c
export const H_PUSH_SHR: u32 = 0x10d
export const H_PUSH_MLOAD: u32 = 0x10e
export const H_PUSH_MSTORE: u32 = 0x10f
export const H_SWAP1_POP: u32 = 0x110
export const H_SWAP_POP: u32 = 0x111
export const H_POP_POP: u32 = 0x112
/** DUPs whose word the next instruction uses: aux is its offset; of H_DUP_DUP the immediate is the second one's. */
export const H_DUP_DUP: u32 = 0x113
export const H_DUP_ADD: u32 = 0x114
export const H_DUP_SUB: u32 = 0x115
export const H_DUP_LT: u32 = 0x116
export const H_DUP_AND: u32 = 0x117
export const H_DUP_MLOAD: u32 = 0x118
export const H_DUP_MSTORE: u32 = 0x119
export const H_DUP_SWAP1: u32 = 0x11a
/** Aux: offset of the condition. */
export const H_DUP_PUSH_JUMPI: u32 = 0x11b
/** Aux: offset of the word, the push not counted. */
export const H_PUSH_DUP: u32 = 0x11c
export const H_PUSH32_AND: u32 = 0x11d
export const H_POP_JUMP: u32 = 0x11e
/** Comparison, ISZERO if aux is 1, PUSH1..PUSH4, JUMPI forward; in the order of LT, GT, SLT, SGT, EQ. */
export const H_LT_JUMPI: u32 = 0x11f
export const H_GT_JUMPI: u32 = 0x120
export const H_SLT_JUMPI: u32 = 0x121
export const H_SGT_JUMPI: u32 = 0x122
export const H_EQ_JUMPI: u32 = 0x123
