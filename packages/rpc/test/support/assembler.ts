import { bytesToHex, type Hex } from '@altlayer/protocol'
import { assemble as assembleBytes } from '../../../../program/test/support/assembler.ts'

/** Bytecode in the program's test assembly: `assemble('1 0 SSTORE STOP')`. */
export function assemble(source: string): Hex {
  return bytesToHex(assembleBytes(source))
}

/** Init code (at most 32 bytes of it) that deploys nothing but runs `source`. */
export function word(code: Hex): string {
  return `0x${code.slice(2).padEnd(64, '0')}`
}
