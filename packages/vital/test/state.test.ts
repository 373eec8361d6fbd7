import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { bytesToHex } from '@altlayer/protocol'
import { decodeState, encodeState, StateError, stateHash } from '../src/index.ts'
import { ZERO_ROOTS } from './reference/memory.ts'
import { store } from './support/assembler.ts'
import { emulatorOf } from './support/machine.ts'

describe('the state', () => {
  it('has the hashes that docs/riscv.md gives', () => {
    assert.match(bytesToHex(ZERO_ROOTS[1] as Uint8Array), /^0xad3228b676f7d3cd/)
    const empty = emulatorOf({ pc: 0n })
    const { memoryRoot } = empty.state()
    assert.equal(
      bytesToHex(memoryRoot),
      '0x838c5655cb21c6cb83313b5a631175dff4963772cce9108188b34ac87c81c41e',
    )
    assert.equal(
      stateHash(empty.state()),
      '0x03b58a46fbf34faf47be768ca7a3951ed41f4025abcd458ef2998a5097ebf677',
    )
    empty.run(1n)
    assert.equal(
      stateHash(empty.state()),
      '0x021e20f281d4cf99c4e00d5f3268938ab846f6ae77b1d7266303725f2761bd1d',
    )
    const code = store.sd(5, 2, 8)
    assert.equal(code, 0x00513423)
    const stores = emulatorOf({ code: [code], registers: { 2: 0x20000n, 5: 0x1122334455667788n } })
    const seen = [bytesToHex(stores.state().memoryRoot), stateHash(stores.state())]
    stores.run(1n)
    assert.deepEqual(
      [...seen, bytesToHex(stores.state().memoryRoot), stateHash(stores.state())],
      [
        '0xd982015f5007ab80e0b5de9d16d6b5f52b8bee68f8f58fed735aba4fd8d1d8b1',
        '0x03f3984a06e551f13b974fb7d9f4d0e82e4ca9f57b83d035dce7aab1a57c33fd',
        '0x3b95541894185679e79e74516e325b0f5748d9277de3318d10c36078391aa376',
        '0x0331c11f81352a4bc9c4e1179a1fa680f454ba1a3fbedd8cfd4d50cb36e49e18',
      ],
    )
  })

  it('is 346 bytes that say all of it', () => {
    const state = {
      memoryRoot: new Uint8Array(32).fill(1),
      preimageKey: new Uint8Array(32).fill(2),
      preimageOffset: 3n,
      pc: (1n << 64n) - 4n,
      exitCode: 229,
      exited: true,
      step: 5n,
      registers: BigUint64Array.from({ length: 32 }, (_, i) => BigInt(i) << 56n),
    }
    const bytes = encodeState(state)
    assert.equal(bytes.length, 346)
    assert.deepEqual(decodeState(bytes), state)
  })

  it('is refused when it is malformed', () => {
    const good = encodeState(emulatorOf({}).state())
    assert.throws(() => decodeState(good.subarray(1)), StateError)
    assert.throws(() => decodeState(good.with(81, 2)), /exited .* is 0 or 1, not 2/)
    for (let byte = 90; byte < 98; byte++)
      assert.throws(() => decodeState(good.with(byte, 1)), /x0 is 0/)
  })
})
