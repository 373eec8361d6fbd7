import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ElfError, exitReason, parseElf } from '../src/index.ts'

test('a word that is no instruction is named by what it was compiled from', () => {
  const words: readonly (readonly [number, RegExp])[] = [
    [0x00000000, /zeros, no code$/],
    [0xc0001073, /unimp: the program ran into what follows its end$/],
    [0xf1402573, /of a CSR$/], // csrr a0, mhartid
    [0xc0002573, /of a CSR$/], // rdcycle a0
    [0x30200073, /privileged$/], // mret
    [0x10500073, /privileged$/], // wfi
    [0x45010001, /compressed; build with -march=rv64im$/], // c.nop
    [0x00a5a52f, /atomic; build with -march=rv64im$/], // amoadd.w a0, a0, (a1)
    [0x02007053, /floating point; build with -march=rv64im -mabi=lp64$/], // fadd.d
    [0x0000006b, /not of RV64IM$/],
  ]
  for (const [word, reason] of words) {
    const said = exitReason(224, word) ?? ''
    assert.match(said, reason)
    assert.ok(said.includes(`0x${word.toString(16).padStart(8, '0')}`), said)
  }
})

test('a file for another machine is refused with what it is', () => {
  const file = new Uint8Array(64)
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  const says = (at: number, value: number, reason: RegExp) => {
    const other = file.slice()
    other[at] = value
    assert.throws(
      () => parseElf(other),
      (error) => error instanceof ElfError && reason.test(error.message),
    )
  }
  says(4, 1, /is 32-bit: build it with -march=rv64im -mabi=lp64$/)
  says(5, 2, /is big-endian: build it/)
  says(4, 7, /is of no known class: build it/)
})
