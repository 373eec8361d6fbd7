// The arithmetic of num/ on three words at INPUT; the result replaces the first one, or the third.

import { INPUT } from '../../src/layout'
import { wordDiv, wordMod, wordSdiv, wordSmod } from '../../src/num/divide'
import { wordAddMod, wordMulMod } from '../../src/num/modular'
import { wordMul, wordMulFull, wordPower } from '../../src/num/multiply'
import { wordByte, wordSar, wordShl, wordShr, wordSignExtend } from '../../src/num/shift'
import {
  wordAdd,
  wordBytes,
  wordEqual,
  wordFromAddress,
  wordFromBytes,
  wordIsZero,
  wordLess,
  wordLessSigned,
  wordNegate,
  wordSub,
  wordToAddress,
} from '../../src/num/word'

const A: usize = INPUT
export { INPUT }

const B: usize = A + 32
const C: usize = A + 64

export function add(): u64 {
  return wordAdd(A, A, B)
}
export function sub(): u64 {
  return wordSub(A, A, B)
}
export function negate(): void {
  wordNegate(A, A)
}
export function less(): bool {
  return wordLess(A, B)
}
export function lessSigned(): bool {
  return wordLessSigned(A, B)
}
export function equal(): bool {
  return wordEqual(A, B)
}
export function isZero(): bool {
  return wordIsZero(A)
}
export function bytes(): u32 {
  return wordBytes(A)
}
export function fromBytes(): void {
  wordFromBytes(A, A)
}
export function throughAddress(): void {
  wordToAddress(B, A)
  wordFromAddress(A, B)
}
export function mul(): void {
  wordMul(A, A, B)
}
export function mulFull(): void {
  wordMulFull(C, A, B)
}
export function power(): void {
  wordPower(A, A, B, wordBytes(B))
}
export function div(): void {
  wordDiv(A, A, B)
}
export function mod(): void {
  wordMod(A, A, B)
}
export function sdiv(): void {
  wordSdiv(A, A, B)
}
export function smod(): void {
  wordSmod(A, A, B)
}
export function addMod(): void {
  wordAddMod(C, A, B, C)
}
export function mulMod(): void {
  wordMulMod(C, A, B, C)
}
export function shl(count: u64): void {
  wordShl(A, A, count)
}
export function shr(count: u64): void {
  wordShr(A, A, count)
}
export function sar(count: u64): void {
  wordSar(A, A, count)
}
export function byte(): void {
  wordByte(A, B, A)
}
export function signExtend(): void {
  wordSignExtend(A, B)
}
