import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { concatBytes, EMPTY_ROOT, hexToBytes, keccak256 } from '@altlayer/protocol'
import fc from 'fast-check'
import { recoverAddress, keccak256 as viemKeccak } from 'viem'
import {
  arrivalId,
  blocksTopic,
  MAX_GOSSIP_SIZE,
  messageId,
  signBlockMessage,
} from '../src/gossip/message.ts'
import { createSeenBlocks, MAX_BLOCKS_PER_HEIGHT } from '../src/gossip/seen-blocks.ts'
import { addressOfKey, blockSigningHash, signHash } from '../src/gossip/signature.ts'
import { type BlockVerdict, validateBlock } from '../src/gossip/validate-block.ts'
import { randomPrivateKey } from '../src/host/identity.ts'
import { type BlockPayload, PAYLOAD_VERSIONS, type PayloadVersion } from '../src/payload/payload.ts'
import { encodePayload } from '../src/payload/ssz.ts'
import { snappyDecompress } from '../src/snappy/block.ts'
import { blockOf, chainOf } from './support/blocks.ts'

const key = randomPrivateKey()
const signer = addressOfKey(key)
const NOW = 1_700_000_000n

/** A world in which it is `NOW`, and the last block is number 100. */
function worldOf(version: PayloadVersion) {
  const chain = chainOf(version, 100n, Number(NOW) * 1_000)
  const seen = createSeenBlocks()
  const judge = (content: Uint8Array | undefined, change = {}): BlockVerdict =>
    validateBlock(content, { chainId: chain.chainId, version, now: NOW, signer, seen, ...change })
  const signed = (payload: BlockPayload, by = key, as = version, chainId = chain.chainId) => {
    const encoded = encodePayload(payload, as)
    return concatBytes(signHash(blockSigningHash(chainId, keccak256(encoded)), by), encoded)
  }
  return { chain, seen, judge, signed, block: (number = 100n) => blockOf(chain, number) }
}

const rejects = (verdict: BlockVerdict, reason: string) =>
  assert.deepEqual([verdict.outcome, 'reason' in verdict && verdict.reason], ['reject', reason])
const ignores = (verdict: BlockVerdict, reason: string) =>
  assert.deepEqual([verdict.outcome, 'reason' in verdict && verdict.reason], ['ignore', reason])
const accepts = (verdict: BlockVerdict) => assert.equal(verdict.outcome, 'accept')

describe('a gossiped block', () => {
  for (const version of PAYLOAD_VERSIONS) {
    it(`is accepted once where the signer signed it, ignored afterwards, version ${version}`, () => {
      const { judge, signed, block } = worldOf(version)
      const payload = block()
      const verdict = judge(signed(payload))
      assert.ok(verdict.outcome === 'accept')
      assert.deepEqual(verdict.payload, payload)
      ignores(judge(signed(payload)), 'seen already')
    })

    it(`is read as its topic says, version ${version}`, () => {
      const { judge, signed, block } = worldOf(version)
      const payload = block()
      for (const other of PAYLOAD_VERSIONS)
        if (other !== version)
          assert.equal(judge(signed(payload), { version: other }).outcome, 'reject')
    })
  }

  it('is rejected where it is compressed or encoded wrongly', () => {
    const { judge, signed, block } = worldOf(4)
    rejects(judge(undefined), 'compression')
    rejects(judge(new Uint8Array(65)), 'encoding')
    rejects(judge(randomBytes(2_000)), 'encoding')
    rejects(judge(signed(block()).subarray(0, -1)), 'encoding')
  })

  it('may be 60 seconds old and 5 seconds ahead, no more', () => {
    const { judge, signed, block } = worldOf(4)
    accepts(judge(signed(block(40n))))
    rejects(judge(signed(block(39n))), 'too old')
    accepts(judge(signed(block(105n))))
    rejects(judge(signed(block(106n))), 'too new')
  })

  it('is rejected for withdrawals and blob gas', () => {
    const { judge, signed, block } = worldOf(4)
    const payload = block()
    const withdrawal = { index: 0n, validatorIndex: 0n, address: signer, amount: 1n }
    rejects(judge(signed({ ...payload, withdrawals: [withdrawal] })), 'withdrawals')
    for (const field of ['blobGasUsed', 'excessBlobGas'] as const) {
      const header = { ...payload.header, [field]: 1n }
      rejects(judge(signed({ ...payload, header })), 'blob gas')
    }
  })

  it('is rejected where its hash is not that of its content', () => {
    const { judge, signed, block } = worldOf(4)
    const payload = block()
    const header = { ...payload.header, gasUsed: payload.header.gasUsed + 1n }
    rejects(judge(signed({ ...payload, header })), 'block hash')
    rejects(judge(signed({ ...payload, transactions: [randomBytes(9)] })), 'block hash')
    const other = { ...payload.header, withdrawalsRoot: EMPTY_ROOT }
    rejects(judge(signed({ ...payload, header: other })), 'block hash')
  })

  it('is rejected where another key signed it, or for another chain, or not at all', () => {
    const { judge, signed, block } = worldOf(4)
    const payload = block()
    rejects(judge(signed(payload, randomPrivateKey())), 'signature')
    rejects(judge(signed(payload, key, 4, 902n)), 'signature')
    const unsigned = signed(payload)
    unsigned.fill(0, 0, 64)
    rejects(judge(unsigned), 'signature')
    const parity = signed(payload)
    parity[64] = (parity[64] as number) + 27
    rejects(judge(parity), 'signature')
    accepts(judge(signed(payload)))
  })

  it('is ignored while L1 has not told who signs, and not held against anybody', () => {
    const { judge, signed, block } = worldOf(4)
    const payload = block()
    ignores(judge(signed(payload), { signer: undefined }), 'signer unknown')
    accepts(judge(signed(payload)))
  })

  it('is one of a few at its height: more are rejected, seen ones too', () => {
    const { judge, signed, block } = worldOf(4)
    const blocks = Array.from({ length: MAX_BLOCKS_PER_HEIGHT + 2 }, () => block())
    const verdicts = blocks.map((payload) => judge(signed(payload)))
    for (const verdict of verdicts.slice(0, MAX_BLOCKS_PER_HEIGHT + 1)) accepts(verdict)
    rejects(verdicts.at(-1) as BlockVerdict, 'too many blocks at this height')
    rejects(judge(signed(blocks[0] as BlockPayload)), 'too many blocks at this height')
    accepts(judge(signed(block(101n))))
  })

  it('that was seen is ignored with another signature of it, rejected with other content', () => {
    const { judge, signed, block } = worldOf(4)
    const payload = block()
    accepts(judge(signed(payload)))
    ignores(judge(signed(payload, randomPrivateKey())), 'seen already')
    const other = { ...payload, transactions: [randomBytes(9)] }
    rejects(judge(signed(other, randomPrivateKey())), 'signature')
    rejects(judge(signed(other)), 'block hash')
  })

  it('is never accepted unless it is what the signer signed, whatever is changed', () => {
    const { judge, signed, block } = worldOf(4)
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }),
        (changes) => {
          const good = signed(block())
          const content = good.slice()
          for (const [at, value] of changes) content[at % content.length] = value
          fc.pre(Buffer.compare(good, content) !== 0)
          assert.notEqual(judge(content).outcome, 'accept')
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('memory of seen blocks', () => {
  it('has room for so many heights', () => {
    const seen = createSeenBlocks(3)
    const block = { blockHash: '0x01', payloadHash: '0x02' } as const
    for (let height = 0n; height < 10n; height++) seen.mark(height, block)
    assert.deepEqual(
      [0n, 6n, 7n, 8n, 9n].map((height) => seen.at(height).length),
      [0, 0, 1, 1, 1],
    )
  })
})

describe('a block message', () => {
  it('is on the topic of its fork, signed over domain, chain and payload', async () => {
    for (const version of PAYLOAD_VERSIONS) {
      const { chain, block } = worldOf(version)
      const payload = block()
      const { topic, data } = signBlockMessage(payload, chain, key)
      assert.equal(topic, `/optimism/901/${version - 1}/blocks`)
      assert.equal(topic, blocksTopic(901n, version))
      const content = snappyDecompress(data, MAX_GOSSIP_SIZE)
      const words = new Uint8Array(96)
      words[62] = 901 >> 8
      words[63] = 901 & 0xff
      words.set(hexToBytes(viemKeccak(content.subarray(65))), 64)
      const [parity] = content.subarray(64, 65)
      const signature = concatBytes(content.subarray(0, 64), Uint8Array.of(27 + (parity as number)))
      const author = await recoverAddress({ hash: viemKeccak(words), signature })
      assert.equal(author.toLowerCase(), signer)
    }
  })

  it('has an id by its topic and content, in domains for valid and invalid compression', () => {
    const content = Buffer.from('content')
    const compressed = Buffer.from('compressed')
    const topic = '/optimism/901/3/blocks'
    const length = Buffer.from('1600000000000000', 'hex')
    const id = (domain: string, data: Buffer) =>
      createHash('sha256')
        .update(Buffer.concat([Buffer.from(domain, 'hex'), length, Buffer.from(topic), data]))
        .digest('hex')
        .slice(0, 40)
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
    assert.equal(hex(messageId(topic, compressed, content)), id('01000000', content))
    assert.equal(hex(messageId(topic, compressed, undefined)), id('00000000', compressed))
    const arrivals = [
      arrivalId('a', Buffer.from('bc')),
      arrivalId('ab', Buffer.from('c')),
      arrivalId('a', Buffer.from('bd')),
    ]
    assert.equal(new Set(arrivals).size, 3)
  })
})
