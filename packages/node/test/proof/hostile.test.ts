import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createProofServer, ProgramError, type ProofServer, runProof } from '@altlayer/engine'
import { hexToBytes } from '@altlayer/protocol'
import fc from 'fast-check'
import { encodeChannel } from '../../src/batcher/channel.ts'
import { encodeFrames, splitFrames } from '../../src/batcher/frame.ts'
import { span } from '../derivation/model.ts'
import { createExecutedWorld } from './executed-world.ts'
import { claimOf, sourceOf } from './world.ts'

// Whatever a proof is given instead of boot information, configuration and preimages: it ends, and never traps.

const world = createExecutedWorld({ seqWindowSize: 40 })
for (let i = 0; i < 3; i++) world.mine()
for (let i = 0; i < 4; i++) world.build(false, [await world.transaction(i, 'count')])
const id = new Uint8Array(16)
const stream = encodeChannel([span(world.config, world.l2.slice(1))], 'zlib')
world.mine([await world.post(encodeFrames(splitFrames(id, stream, 100_000)))])
world.mine()
const claim = claimOf(world, 1, 3)
const options = { config: world.config }

const CONFIG_KEY = 6
const isLocal = (key: Uint8Array, index: number) => key[0] === 1 && key[31] === index

/** A server that says something else of some keys. */
function lying(change: (key: Uint8Array, bytes: Uint8Array) => Uint8Array): ProofServer {
  const server = createProofServer(claim, options)
  return {
    ...server,
    get(key) {
      const bytes = server.get(key)
      return bytes && change(key, bytes)
    },
  }
}

async function ends(server: ProofServer): Promise<string> {
  try {
    const { valid } = await runProof(sourceOf(world), claim, options, server)
    return valid ? 'valid' : 'invalid'
  } catch (error) {
    // Not WebAssembly.RuntimeError, nor anything of the host's own.
    const { name } = error as Error
    assert.ok(error instanceof ProgramError || name === 'ProofDataError', `${name}: ${error}`)
    return error instanceof ProgramError ? error.code : name
  }
}

const flipped = (bytes: Uint8Array, at: number, bits: number): Uint8Array => {
  const changed = Uint8Array.from(bytes)
  const i = at % changed.length
  changed[i] = (changed[i] as number) ^ bits
  return changed
}

it('with any byte of the configuration changed', async () => {
  const outcomes = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.nat(816), fc.integer({ min: 1, max: 255 }), async (at, bits) => {
      const plain = createProofServer(claim, options)
      const local = new Uint8Array(32)
      local.set([1])
      local[31] = CONFIG_KEY
      const hash = plain.get(local) as Uint8Array
      const named = Uint8Array.from(hash)
      named[0] = 2
      const changed = flipped(plain.get(named) as Uint8Array, at, bits)
      let changedHash: Uint8Array = hash
      const server = lying((key, bytes) => (isLocal(key, CONFIG_KEY) ? changedHash : bytes))
      changedHash = hexToBytes(server.addKeccak(changed))
      outcomes.add(await ends(server))
    }),
    { numRuns: 100 },
  )
  assert.ok(outcomes.has('BAD_BOOT') && outcomes.size > 2, [...outcomes].join())
})

it('with any byte of local data changed, or of another length', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: CONFIG_KEY }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      fc.constantFrom('flip', 'cut', 'grow'),
      async (index, at, bits, kind) => {
        const outcome = await ends(
          lying((key, bytes) => {
            if (!isLocal(key, index)) return bytes
            if (kind === 'flip') return flipped(bytes, at, bits)
            return kind === 'cut' ? bytes.slice(0, at % bytes.length) : new Uint8Array(40)
          }),
        )
        if (kind !== 'flip') assert.equal(outcome, 'BAD_BOOT')
        else if (index === 3) assert.equal(outcome, 'invalid')
        // A claim of another block is one of the last block that L1 leads to, or older.
        else assert.ok(outcome !== 'valid' || index === 4)
      },
    ),
    { numRuns: 40 },
  )
})

it('with any byte of any preimage changed: it is never believed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(200),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      async (which, at, bits) => {
        let count = 0
        let lied = false
        const outcome = await ends(
          lying((key, bytes) => {
            if (key[0] !== 2 || count++ !== which) return bytes
            lied = true
            return flipped(bytes, at, bits)
          }),
        )
        assert.equal(outcome, lied ? 'BAD_PREIMAGE' : 'valid')
      },
    ),
    { numRuns: 40 },
  )
})
