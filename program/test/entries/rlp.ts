// RLP alone, for its tests.
export { INPUT, RESULT } from '../../src/layout'
export {
  itemIsList,
  itemLen,
  itemNext,
  itemStart,
  itemU64,
  rlpCount,
  rlpItem,
  rlpU64,
  rlpU256,
  rlpValid,
} from '../../src/rlp/decode'
export {
  rlpBytesLength,
  rlpListLength,
  rlpU64Length,
  rlpU256Length,
  rlpWriteBytes,
  rlpWriteList,
  rlpWriteU64,
  rlpWriteU256,
} from '../../src/rlp/encode'
