// Fee formulas alone, for their tests.
export { INPUT } from '../../src/layout'
export { fastLzLength } from '../../src/op/fastlz'
export {
  l1BaseFee,
  l1BlobBaseFee,
  l1DataFee,
  l1DataGas,
  l1FeeScalars,
  l1Overhead,
  l1Scalar,
  operatorFee,
  operatorFeeParams,
} from '../../src/op/fees'
export { blobBaseFee } from '../../src/block/fees'
export { setConfig } from '../../src/block/rules'
export * from '../../src/block/natural'
export { countNonzero } from '../../src/tx/intrinsic'
export { weiMul } from '../../src/tx/wei'
