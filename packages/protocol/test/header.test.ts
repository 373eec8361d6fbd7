import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  bytesToHex,
  decodeHeader,
  decodeHoloceneExtraData,
  differingHeaderFields,
  EMPTY_UNCLES_HASH,
  encodeHeader,
  encodeHoloceneExtraData,
  encodeRlp,
  type Header,
  headerFromRpc,
  headerHash,
  headerToRpc,
  keccak256Hex,
  MalformedInputError,
} from '../src/index.ts'
import { arbitraryHeader } from './arbitraries.ts'

// Block 1 of Ethereum's mainnet.
const MAINNET_1: Header = {
  parentHash: '0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3',
  sha3Uncles: '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347',
  miner: '0x05a56e2d52c817161883f50c441c3228cfe54d9f',
  stateRoot: '0xd67e4d450343046425ae4271474353857ab860dbc0a1dde64b41b5cd3a532bf3',
  transactionsRoot: '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421',
  receiptsRoot: '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421',
  logsBloom: `0x${'00'.repeat(256)}`,
  difficulty: 0x3ff800000n,
  number: 1n,
  gasLimit: 5000n,
  gasUsed: 0n,
  timestamp: 0x55ba4224n,
  extraData: '0x476574682f76312e302e302f6c696e75782f676f312e342e32',
  mixHash: '0x969b900de27b6ac6a67742365dd65f55a0526c41fd18e1b16f1a1215c2e66f59',
  nonce: '0x539bd4979fef1ec4',
}

test('the hash of a known header', () => {
  assert.equal(
    headerHash(MAINNET_1),
    '0x88e96d4537bea4d9c05d12549907b32561d3bf31f45aae734cdc119f13406cb6',
  )
  assert.equal(keccak256Hex(encodeRlp([])), EMPTY_UNCLES_HASH)
})

test('RLP and JSON round-trip for any set of fork fields', () => {
  fc.assert(
    fc.property(arbitraryHeader, (header) => {
      assert.deepEqual(decodeHeader(encodeHeader(header)), header)
      assert.deepEqual(headerFromRpc(JSON.parse(JSON.stringify(headerToRpc(header)))), header)
      assert.deepEqual(differingHeaderFields(header, header), [])
    }),
  )
})

test('a field is named when it is missing, out of range or malformed', () => {
  const { parentHash: _, ...rest } = MAINNET_1
  assert.throws(() => encodeHeader(rest as Header), { path: 'header.parentHash' })
  assert.throws(() => encodeHeader({ ...MAINNET_1, gasUsed: 1n << 64n }), {
    path: 'header.gasUsed',
  })
  assert.throws(() => encodeHeader({ ...MAINNET_1, difficulty: 1n << 256n }), {
    path: 'header.difficulty',
  })
  assert.throws(() => encodeHeader({ ...MAINNET_1, miner: '0x00' }), { path: 'header.miner' })
  assert.throws(() => encodeHeader({ ...MAINNET_1, blobGasUsed: 0n }), {
    path: 'header.baseFeePerGas',
  })
  assert.throws(() => headerFromRpc({ ...headerToRpc(MAINNET_1), number: '0x01' }), {
    path: 'header.number',
  })
  assert.throws(() => headerFromRpc({ ...headerToRpc(MAINNET_1), mixHash: null }), {
    path: 'header.mixHash',
  })
  assert.throws(() => headerFromRpc('0x'), { path: 'header', expected: 'a JSON object' })
})

test('bytes that are not a header are refused with MalformedInputError', () => {
  const encoded = encodeHeader(MAINNET_1)
  fc.assert(
    fc.property(fc.nat(encoded.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
      const bytes = encoded.with(at, byte)
      try {
        assert.equal(bytesToHex(encodeHeader(decodeHeader(bytes))), bytesToHex(bytes))
      } catch (error) {
        assert.ok(error instanceof MalformedInputError)
      }
      assert.throws(() => decodeHeader(encoded.subarray(0, at)), MalformedInputError)
    }),
  )
})

test('Holocene extra data holds denominator and elasticity', () => {
  assert.equal(encodeHoloceneExtraData({ denominator: 250, elasticity: 6 }), '0x00000000fa00000006')
  assert.deepEqual(decodeHoloceneExtraData('0x00000000fa00000006'), {
    denominator: 250,
    elasticity: 6,
  })
  assert.throws(() => decodeHoloceneExtraData('0x01000000fa00000006'), { expected: 'version 0' })
  assert.throws(() => decodeHoloceneExtraData('0x000000000000000006'), MalformedInputError)
  assert.throws(() => decodeHoloceneExtraData('0x'), MalformedInputError)
})
