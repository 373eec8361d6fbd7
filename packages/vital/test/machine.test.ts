import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EXIT, exitReason, type Machine, MissingPreimageError } from '../src/index.ts'
import {
  auipc,
  binary,
  branch,
  EBREAK,
  ECALL,
  FENCE,
  FENCE_I,
  immediate,
  jal,
  jalr,
  load,
  lui,
  shift,
  store,
} from './support/assembler.ts'
import { emulatorOf, ORIGIN, type Setup } from './support/machine.ts'

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value)

function ran(
  setup: Setup,
  steps: number,
  output?: (fd: number, bytes: Uint8Array) => void,
): Machine {
  const machine = emulatorOf(setup, output)
  machine.run((setup.step ?? 0n) + BigInt(steps))
  return machine
}

/** x1 after `code`, of one instruction, ran on x2 and x3. */
function result(code: number, x2 = 0n, x3 = 0n, data?: Setup['data']): bigint {
  const machine = ran(
    { code: [code], registers: { 1: 0xdeadn, 2: x2, 3: x3 }, ...(data && { data }) },
    1,
  )
  assert.equal(machine.exited, false)
  return machine.core().registers[1] as bigint
}

function exitOf(code: number, registers: Readonly<Record<number, bigint>> = {}): number {
  const machine = ran({ code: [code], registers }, 5)
  assert.equal(machine.exited, true)
  assert.equal(machine.step, 1n, 'an exit is one step, and the last')
  assert.equal(machine.core().pc, BigInt(ORIGIN))
  return machine.exitCode
}

const MIN64 = 1n << 63n
const MIN32 = u64(-(1n << 31n))

describe('arithmetic', () => {
  it('divides by zero and overflows without a trap', () => {
    const { div, divu, rem, remu, divw, divuw, remw, remuw } = binary
    assert.equal(result(div(1, 2, 3), 7n, 0n), u64(-1n))
    assert.equal(result(divu(1, 2, 3), 7n, 0n), u64(-1n))
    assert.equal(result(rem(1, 2, 3), 7n, 0n), 7n)
    assert.equal(result(remu(1, 2, 3), 7n, 0n), 7n)
    assert.equal(result(div(1, 2, 3), MIN64, u64(-1n)), MIN64)
    assert.equal(result(rem(1, 2, 3), MIN64, u64(-1n)), 0n)
    assert.equal(result(divw(1, 2, 3), 7n, 1n << 32n), u64(-1n), 'the divisor is its low word')
    assert.equal(result(divuw(1, 2, 3), 7n, 0n), u64(-1n))
    assert.equal(result(divw(1, 2, 3), MIN32, u64(-1n)), MIN32)
    assert.equal(result(remw(1, 2, 3), MIN32, u64(-1n)), 0n)
    assert.equal(result(remw(1, 2, 3), 0x180000000n, 0n), MIN32)
    assert.equal(result(remuw(1, 2, 3), 0x180000000n, 0n), MIN32)
    assert.equal(result(divuw(1, 2, 3), 0xffffffffn, 1n), u64(-1n), 'sign-extended')
    assert.equal(result(div(1, 2, 3), u64(-7n), 2n), u64(-3n), 'towards zero')
    assert.equal(result(rem(1, 2, 3), u64(-7n), 2n), u64(-1n), 'with the sign of the dividend')
  })

  it('gives the upper half of products', () => {
    const all = u64(-1n)
    assert.equal(result(binary.mulhu(1, 2, 3), all, all), all - 1n)
    assert.equal(result(binary.mulh(1, 2, 3), all, all), 0n)
    assert.equal(result(binary.mulhsu(1, 2, 3), all, all), all)
    assert.equal(result(binary.mulhsu(1, 2, 3), 2n, all), 1n)
    assert.equal(result(binary.mulh(1, 2, 3), MIN64, MIN64), 1n << 62n)
    assert.equal(result(binary.mulw(1, 2, 3), 0x7fffffffn, 2n), u64(-2n))
  })

  it('uses 6 bits of a shift count, 5 in words', () => {
    assert.equal(result(binary.sll(1, 2, 3), 1n, 64n + 5n), 32n)
    assert.equal(result(binary.sra(1, 2, 3), MIN64, 63n), u64(-1n))
    assert.equal(result(binary.srl(1, 2, 3), MIN64, 127n), 1n)
    assert.equal(result(binary.sllw(1, 2, 3), 1n, 31n), MIN32)
    assert.equal(result(binary.srlw(1, 2, 3), MIN32, 32n + 31n), 1n)
    assert.equal(result(binary.sraw(1, 2, 3), 0x80000000n, 31n), u64(-1n))
    assert.equal(result(shift.srliw.encode(1, 2, 0), 0x80000000n), MIN32)
    assert.equal(result(shift.slli.encode(1, 2, 63), 1n), MIN64)
  })

  it('sign-extends words and immediates', () => {
    assert.equal(result(binary.addw(1, 2, 3), 0x7fffffffn, 1n), MIN32)
    assert.equal(result(binary.subw(1, 2, 3), 1n << 32n, 1n), u64(-1n))
    assert.equal(result(immediate.addiw(1, 2, -1), 1n << 32n), u64(-1n))
    assert.equal(result(immediate.sltiu(1, 2, -1), 5n), 1n)
    assert.equal(result(immediate.xori(1, 2, -1), 5n), u64(~5n))
    assert.equal(result(lui(1, 0x80000)), MIN32)
    assert.equal(result(auipc(1, 0xfffff)), u64(BigInt(ORIGIN) - 4096n))
  })
})

describe('registers', () => {
  it('keeps x0 at zero', () => {
    const code = [immediate.addi(0, 0, 5), jal(0, 4), load.ld(0, 2, 0), binary.add(1, 0, 0)]
    const machine = ran({ code, registers: { 1: 9n, 2: BigInt(ORIGIN) } }, 4)
    assert.equal(machine.core().registers[0], 0n)
    assert.equal(machine.core().registers[1], 0n)
  })
})

describe('memory', () => {
  const data = new Map([[0x20000, Uint8Array.of(0x80, 0xff, 0x01, 0x80, 0x02, 0x03, 0x04, 0xf5)]])
  const at = 0x20000n

  it('loads with sign or zeros', () => {
    assert.equal(result(load.lb(1, 2, 0), at, 0n, data), u64(-128n))
    assert.equal(result(load.lbu(1, 2, 0), at, 0n, data), 0x80n)
    assert.equal(result(load.lh(1, 2, 0), at, 0n, data), u64(-128n))
    assert.equal(result(load.lhu(1, 2, 0), at, 0n, data), 0xff80n)
    assert.equal(result(load.lw(1, 2, 0), at, 0n, data), u64(-0x7ffe0080n))
    assert.equal(result(load.lwu(1, 2, 0), at, 0n, data), 0x8001ff80n)
    assert.equal(result(load.ld(1, 2, 0), at, 0n, data), 0xf50403028001ff80n)
    assert.equal(result(load.ld(1, 2, 0), 0x5000n), 0n, 'what nothing was written to is zero')
  })

  it('stores the low bytes, also at the last address', () => {
    const value = 0x1122334455667788n
    for (const [encode, size] of [
      [store.sb, 1],
      [store.sh, 2],
      [store.sw, 4],
      [store.sd, 8],
    ] as const) {
      const end = (1n << 32n) - BigInt(size)
      const machine = ran({ code: [encode(3, 2, 0)], registers: { 2: end, 3: value } }, 1)
      const bytes = Buffer.alloc(8)
      bytes.writeBigUInt64LE(value)
      assert.deepEqual(machine.read(Number(end), 8), new Uint8Array(bytes.subarray(0, size)))
    }
  })

  it('loads and stores at any address, over the borders of leaves and pages', () => {
    const bytes = Uint8Array.from({ length: 64 }, (_, i) => 0x71 + 5 * i)
    for (const border of [0x20020, 0x21000, 0x400000, 2 ** 31]) {
      const start = border - 32
      for (let offset = 24; offset <= 40; offset++) {
        const at = BigInt(start + offset)
        const view = new DataView(bytes.buffer, offset)
        const memory = new Map([[start, bytes]])
        for (const [encode, expected] of [
          [load.lh, BigInt(view.getInt16(0, true))],
          [load.lhu, BigInt(view.getUint16(0, true))],
          [load.lw, BigInt(view.getInt32(0, true))],
          [load.lwu, BigInt(view.getUint32(0, true))],
          [load.ld, view.getBigInt64(0, true)],
        ] as const)
          assert.equal(result(encode(1, 2, 0), at, 0n, memory), u64(expected), `${encode} ${at}`)
        for (const [encode, size] of [
          [store.sh, 2],
          [store.sw, 4],
          [store.sd, 8],
        ] as const) {
          const registers = { 2: at, 3: 0xf1e2d3c4b5a69788n }
          // Twice: to pages that are not written yet, then to pages that are.
          const machine = ran(
            { code: [encode(0, 2, 0), encode(3, 2, 0)], registers, data: memory },
            2,
          )
          const written = Uint8Array.from(bytes)
          written.set([0x88, 0x97, 0xa6, 0xb5, 0xc4, 0xd3, 0xe2, 0xf1].slice(0, size), offset)
          assert.deepEqual(machine.read(start, 64), written)
        }
      }
    }
  })

  it('exits on accesses of which a byte is out of range, with nothing changed', () => {
    for (const [code, size] of [
      [load.lb(1, 2, 0), 1],
      [load.lh(1, 2, 0), 2],
      [load.lhu(1, 2, 0), 2],
      [load.lw(1, 2, 0), 4],
      [load.lwu(1, 2, 0), 4],
      [load.ld(1, 2, 0), 8],
      [store.sb(1, 2, 0), 1],
      [store.sh(1, 2, 0), 2],
      [store.sw(1, 2, 0), 4],
      [store.sd(1, 2, 0), 8],
    ] as const) {
      for (let first = (1n << 32n) - BigInt(size) + 1n; first <= (1n << 32n) + 8n; first++)
        assert.equal(exitOf(code, { 1: u64(-1n), 2: first }), EXIT.outOfRange)
      for (let back = 1n; back <= 9n; back++)
        assert.equal(exitOf(code, { 1: u64(-1n), 2: u64(-back) }), EXIT.outOfRange)
      assert.deepEqual(emulatorOf({}).read(2 ** 32 - 16, 16), new Uint8Array(16))
      const last = ran({ code: [code], registers: { 2: (1n << 32n) - BigInt(size) } }, 1)
      assert.equal(last.exited, false)
    }
  })

  it('runs code that was just written, in its own page and over the border of pages', () => {
    const patched = immediate.addi(1, 0, 7)
    const code = [store.sw(3, 2, 8), immediate.addi(0, 0, 0), immediate.addi(1, 0, 1)]
    const here = ran({ code, registers: { 2: BigInt(ORIGIN), 3: BigInt(patched) } }, 3)
    assert.equal(here.core().registers[1], 7n)
    // The target is run once, written by a store of 8 bytes, and run again.
    const loop = [jalr(5, 4, 0), store.sd(3, 4, 0), jalr(5, 4, 0), immediate.addi(0, 0, 0)]
    const far = ran(
      {
        code: loop,
        registers: { 3: (BigInt(jalr(0, 5, 0)) << 32n) | BigInt(patched), 4: 0x30000n },
        data: new Map([[0x30000, words(immediate.addi(1, 0, 1), jalr(0, 5, 0))]]),
      },
      7,
    )
    assert.equal(far.core().registers[1], 7n)
  })

  it('runs code that a misaligned store wrote, over words and pages', () => {
    const back = jalr(0, 5, 0)
    const seven = immediate.addi(1, 0, 7)
    // Two instructions in two pages, both run once before a store of 8 bytes changes half of each.
    for (const [at, from] of [
      [0x30ffc, 0x30ffa],
      [0x31000 - 4, 0x31000 - 3],
      [0x30100, 0x30102],
      [0x30100, 0x300fd],
    ] as const) {
      const now = Buffer.from(words(immediate.addi(1, 0, 1), back, 0, 0))
      const memory = Buffer.concat([Buffer.alloc(8), now])
      const wanted = Buffer.concat([Buffer.alloc(8), words(seven, back, 0, 0)])
      const value = wanted.readBigUInt64LE(8 + from - at)
      const machine = ran(
        {
          code: [jalr(5, 4, 0), store.sd(3, 6, 0), FENCE_I, jalr(5, 4, 0)],
          registers: { 3: value, 4: BigInt(at), 6: BigInt(from) },
          data: new Map([[at - 8, memory]]),
        },
        8,
      )
      assert.equal(machine.core().registers[1], 7n, `${at} ${from}`)
      assert.equal(machine.core().pc, BigInt(ORIGIN) + 16n)
    }
  })
})

function words(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer)
}

describe('control flow', () => {
  it('walks over page borders forwards, and jumps over them both ways', () => {
    const border = 0x21000n
    const nop = immediate.addi(0, 0, 0)
    const walk = ran({ pc: border - 8n, code: [nop, nop, nop, immediate.addi(1, 0, 3)] }, 4)
    assert.equal(walk.core().registers[1], 3n)
    assert.equal(walk.core().pc, border + 8n)
    const jumps = { pc: border - 4n, code: [jal(5, 8), immediate.addi(1, 1, 1), jal(6, -4)] }
    const machine = ran(jumps, 3)
    assert.deepEqual([...machine.core().registers.subarray(5, 7)], [border, border + 8n])
    assert.equal(machine.core().pc, border + 4n)
    for (const encode of [branch.beq, branch.bge, branch.bgeu]) {
      assert.equal(ran({ pc: border - 4n, code: [encode(0, 0, 8)] }, 1).core().pc, border + 4n)
      assert.equal(ran({ pc: border, code: [encode(0, 0, -4)] }, 1).core().pc, border - 4n)
    }
    for (const encode of [branch.bne, branch.blt, branch.bltu])
      assert.equal(ran({ pc: border - 4n, code: [encode(0, 0, 8)] }, 1).core().pc, border)
  })

  it('reads the target of JALR before it writes the link', () => {
    const machine = ran({ code: [jalr(2, 2, 5)], registers: { 2: 0x4000n } }, 1)
    assert.equal(machine.core().pc, 0x4004n)
    assert.equal(machine.core().registers[2], BigInt(ORIGIN) + 4n)
  })

  it('jumps to itself', () => {
    const machine = ran({ code: [jal(1, 0)] }, 100)
    assert.equal(machine.core().pc, BigInt(ORIGIN))
    assert.equal(machine.step, 100n)
  })

  it('exits at the fetch from a bad pc, after the jump', () => {
    for (const [code, pc] of [
      [jalr(1, 2, 2), 0x4002n],
      [jal(1, 6), BigInt(ORIGIN) + 6n],
      [branch.beq(0, 0, 2), BigInt(ORIGIN) + 2n],
      [jalr(1, 3, 0), 1n << 32n],
      [jalr(1, 0, -4), u64(-4n)],
    ] as const) {
      const machine = ran({ code: [code], registers: { 2: 0x4000n, 3: 1n << 32n } }, 1)
      assert.equal(machine.exited, false)
      assert.equal(machine.core().pc, pc)
      machine.run(2n)
      assert.equal(machine.exitCode, EXIT.badPc)
      assert.equal(machine.core().pc, pc)
    }
  })

  it('leaves the address space at its end', () => {
    const machine = ran({ pc: (1n << 32n) - 4n, code: [FENCE] }, 2)
    assert.equal(machine.exitCode, EXIT.badPc)
    assert.equal(machine.core().pc, 1n << 32n)
  })

  it('refuses every encoding that is none', () => {
    const { slli, srai, slliw, sraiw } = shift
    for (const code of [
      0,
      0xffffffff,
      0x00000001,
      jalr(1, 2, 0) | (1 << 12),
      branch.beq(0, 0, 8) | (2 << 12),
      load.ld(1, 2, 0) | (7 << 12),
      store.sd(1, 2, 0) | (4 << 12),
      slli.encode(1, 2, 3) | (1 << 30),
      srai.encode(1, 2, 3) | (1 << 26),
      slliw.encode(1, 2, 3) | (1 << 25),
      sraiw.encode(1, 2, 3) | (1 << 25),
      binary.add(1, 2, 3) | (2 << 25),
      binary.xor(1, 2, 3) | (0x20 << 25),
      binary.mulw(1, 2, 3) | (1 << 12),
      binary.sllw(1, 2, 3) | (0x20 << 25),
      ECALL | (1 << 7),
      EBREAK + (1 << 20),
      0x30200073,
      0xc0002573,
      FENCE | (2 << 12),
      0x1000202f,
      0x00052007,
    ])
      assert.equal(exitOf(code >>> 0), EXIT.badInstruction, (code >>> 0).toString(16))
    assert.equal(exitOf(EBREAK), EXIT.breakpoint)
    assert.match(exitReason(EXIT.badInstruction) ?? '', /instruction/)
    assert.equal(exitReason(1), undefined)
    for (const [word, reason] of [
      [0x00004501, /compressed.*rv64im/],
      [0xf1402573, /CSR/],
      [0x30200073, /privileged/],
      [0x1000202f, /atomic/],
      [0x00052007, /floating/],
      [0xffffffff, /0xffffffff, not of RV64IM/],
    ] as const)
      assert.match(exitReason(EXIT.badInstruction, word) ?? '', reason)
    assert.equal(ran({ code: [FENCE, FENCE_I] }, 2).exited, false)
  })
})

describe('ECALL', () => {
  const KEY = Uint8Array.from({ length: 32 }, (_, i) => i + 1)
  const keyHex = Buffer.from(KEY).toString('hex')
  const preimage = Uint8Array.from({ length: 50 }, (_, i) => 200 - i)

  function called(
    number: bigint,
    fd: bigint,
    address: bigint,
    length: bigint,
    more: Setup = {},
  ): Machine {
    return ran(
      { code: [ECALL], registers: { 17: number, 10: fd, 11: address, 12: length }, ...more },
      1,
    )
  }

  it('exits with the low byte of a0', () => {
    assert.equal(exitOf(ECALL, { 17: 93n, 10: 0x1ffn }), 0xff)
    assert.equal(exitOf(ECALL, { 17: 94n, 10: 0x100n }), 0)
    assert.equal(exitOf(ECALL, { 17: 57n }), EXIT.badEcall)
    assert.equal(exitOf(ECALL, { 17: (1n << 32n) + 93n }), EXIT.badEcall)
  })

  it('answers other descriptors as Linux does', () => {
    const answers = (number: bigint, fd: bigint): bigint =>
      called(number, fd, 0x20000n, 12n).core().registers[10] as bigint
    assert.equal(answers(63n, 0n), 0n)
    assert.equal(answers(63n, 3n), 12n)
    assert.equal(answers(64n, 1n), 12n)
    assert.equal(answers(64n, 2n), 12n)
    assert.equal(answers(64n, 4n), 12n)
    for (const [number, fd] of [
      [63n, 1n],
      [63n, 6n],
      [64n, 0n],
      [64n, 5n],
      [64n, 1n << 40n],
    ] as const)
      assert.equal(answers(number, fd), u64(-9n))
  })

  it('reads a preimage leaf by leaf, its length first, and nothing at its end', () => {
    const setup: Setup = { preimages: new Map([[keyHex, preimage]]), preimageKey: KEY }
    const machine = called(63n, 5n, 0x20005n, 1000n, setup)
    const counts = [machine.core().registers[10]]
    for (let call = 0; call < 3; call++) {
      const core = machine.core()
      const registers = core.registers
        .with(10, 5n)
        .with(11, (core.registers[11] as bigint) + (counts.at(-1) ?? 0n))
      machine.setCore({ ...core, pc: BigInt(ORIGIN), registers })
      machine.run(machine.step + 1n)
      counts.push(machine.core().registers[10])
    }
    assert.deepEqual(counts, [27n, 31n, 0n, 0n])
    const expected = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 50, ...preimage)
    assert.deepEqual(machine.read(0x20005, 58), expected)
    assert.equal(machine.core().preimageOffset, 58n)
  })

  it('shifts written bytes into the key and begins its preimage anew', () => {
    const data = new Map([[0x20000, Uint8Array.of(0xa1, 0xa2, 0xa3, 0xa4)]])
    const machine = called(64n, 6n, 0x20001n, 3n, { data, preimageKey: KEY })
    assert.deepEqual(
      machine.core().preimageKey,
      Uint8Array.of(...KEY.subarray(3), 0xa2, 0xa3, 0xa4),
    )
    assert.equal(machine.core().registers[10], 3n)
    const whole = new Map([[0x20000, KEY]])
    assert.deepEqual(called(64n, 6n, 0x20000n, 99n, { data: whole }).core().preimageKey, KEY)
    const part = called(64n, 6n, 0x2001fn, 99n, { data: whole })
    assert.equal(part.core().registers[10], 1n)
  })

  it('touches nothing when nothing is moved', () => {
    for (const [number, fd] of [
      [63n, 5n],
      [64n, 6n],
    ] as const) {
      const machine = called(number, fd, 1n << 40n, 0n, { preimageKey: KEY })
      assert.equal(machine.core().registers[10], 0n)
      assert.deepEqual(machine.core().preimageKey, KEY)
      const registers = { 17: number, 10: fd, 11: 1n << 32n, 12: 1n }
      assert.equal(exitOf(ECALL, registers), EXIT.outOfRange)
    }
  })

  it('stands still before a preimage that is missing, and goes on when it is there', () => {
    const preimages = new Map<string, Uint8Array>()
    const registers = { 17: 63n, 10: 5n, 11: 0x20000n, 12: 8n }
    const machine = emulatorOf({ code: [ECALL], registers, preimages, preimageKey: KEY, step: 5n })
    assert.throws(
      () => machine.run(6n),
      (error) => {
        assert.ok(error instanceof MissingPreimageError)
        assert.deepEqual([error.key, error.step], [keyHex, 5n])
        return true
      },
    )
    assert.equal(machine.step, 5n)
    preimages.set(keyHex, preimage)
    machine.run(6n)
    assert.equal(machine.core().registers[10], 8n)
  })

  it('hands the host what is written, but not what lies beyond the end of memory', () => {
    const seen: [number, string][] = []
    const output = (fd: number, bytes: Uint8Array): void => {
      seen.push([fd, Buffer.from(bytes).toString('latin1')])
    }
    const write = (fd: bigint, address: bigint, length: bigint): Machine =>
      ran(
        {
          code: [ECALL],
          registers: { 17: 64n, 10: fd, 11: address, 12: length },
          data: new Map([
            [0x20ffe, new TextEncoder().encode('over')],
            [2 ** 32 - 3, new TextEncoder().encode('end')],
          ]),
        },
        1,
        output,
      )
    write(1n, 0x20ffen, 4n)
    write(2n, (1n << 32n) - 3n, u64(-1n))
    write(4n, 1n << 32n, 10n)
    assert.deepEqual(seen, [
      [1, 'over'],
      [2, 'end'],
    ])
  })
})

describe('running', () => {
  it('makes exactly the steps asked for', () => {
    const code = [immediate.addi(1, 1, 1), jal(0, -4)]
    const machine = emulatorOf({ code })
    for (const until of [1n, 2n, 3n, 3n, 1000n, 10_000_001n]) {
      machine.run(until)
      assert.equal(machine.step, until)
      assert.equal(machine.core().registers[1], (until + 1n) / 2n)
    }
  })
})
