// Transaction decoding and intrinsic gas alone, for their tests.
export { INPUT } from '../../src/layout'
export { decodeL1Transaction, decodeTransaction, txBlobCount, txChainId, txType, txUnprotected } from '../../src/tx/decode'
export { computeIntrinsicGas, intrinsicGas } from '../../src/tx/intrinsic'
