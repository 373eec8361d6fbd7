// For benchmarks: what batchers post, and the preimages that derivation asks for.
export { BLOB_DATA_MAX, encodeBlob } from './batcher/blob.ts'
export { type Batch, encodeChannel } from './batcher/channel.ts'
export { encodeFrames, splitFrames } from './batcher/frame.ts'
export { createPreimages, type Preimages } from './derivation/preimages.ts'
