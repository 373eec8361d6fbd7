// Entry of the decompression tests: bytes at `buffer`, output behind them.
import { brotliDecode, brotliLength } from '../../src/derive/brotli'
import { inflateLength, zlibDecode } from '../../src/derive/inflate'
import { DICTIONARY } from '../../src/derive/brotli-data'
import { INPUT, RESULT } from '../../src/layout'

export function inputAt(): usize {
  return INPUT
}
export function outputAt(): usize {
  return RESULT
}
export function zlib(len: usize, cap: usize): i32 {
  return zlibDecode(INPUT, len, RESULT, cap)
}
export function zlibLength(): usize {
  return inflateLength
}
export function brotli(len: usize, cap: usize): i32 {
  return brotliDecode(INPUT, len, RESULT, cap)
}
export function brotliOutput(): usize {
  return brotliLength
}
export function dictionaryAt(): usize {
  return DICTIONARY
}
