import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { createMachine, ElfError, parseElf } from '../src/index.ts'

interface Header {
  readonly type?: number
  readonly offset?: bigint
  readonly address?: bigint
  readonly fileSize?: bigint
  readonly size?: bigint
}

/** An executable with program headers as told and 64 bytes of 0xab after them. */
function elf(headers: readonly Header[], change?: (view: DataView) => void): Uint8Array {
  const data = 64 + 56 * headers.length
  const file = new Uint8Array(data + 64).fill(0xab, data)
  const view = new DataView(file.buffer)
  file.fill(0, 0, data)
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  view.setUint16(16, 2, true)
  view.setUint16(18, 243, true)
  view.setBigUint64(24, 0x10000n, true)
  view.setBigUint64(32, 64n, true)
  view.setUint16(54, 56, true)
  view.setUint16(56, headers.length, true)
  for (const [index, header] of headers.entries()) {
    const at = 64 + 56 * index
    view.setUint32(at, header.type ?? 1, true)
    view.setBigUint64(at + 8, header.offset ?? BigInt(data), true)
    view.setBigUint64(at + 16, header.address ?? 0x10000n, true)
    view.setBigUint64(at + 32, header.fileSize ?? 64n, true)
    view.setBigUint64(at + 40, header.size ?? header.fileSize ?? 64n, true)
  }
  change?.(view)
  return file
}

function refused(file: Uint8Array, message: RegExp): void {
  assert.throws(
    () => parseElf(file),
    (error) => error instanceof ElfError && message.test(error.message),
  )
}

describe('parseElf', () => {
  it('loads segments where they say, zeros after them', () => {
    const machine = createMachine(
      parseElf(
        elf([{ size: 100n }, { address: 0xffffffc0n }, { fileSize: 0n, size: 8n, address: 8n }]),
      ),
      { preimage: () => undefined },
    )
    assert.deepEqual(machine.read(0x10000, 100), new Uint8Array(100).fill(0xab, 0, 64))
    assert.deepEqual(machine.read(0xffffffc0, 64), new Uint8Array(64).fill(0xab))
    const { pc, step, registers } = machine.core()
    assert.deepEqual([pc, step, registers[2]], [0x10000n, 0n, 0xffffffc0n])
    assert.equal(
      registers.every((value, index) => index === 2 || value === 0n),
      true,
    )
  })

  it('refuses what is no static RISC-V executable', () => {
    refused(new Uint8Array(), /not an ELF/)
    refused(new TextEncoder().encode('#!/bin/sh'.padEnd(100)), /not an ELF/)
    refused(
      elf([{}], (view) => view.setUint8(4, 1)),
      /64-bit/,
    )
    refused(
      elf([{}], (view) => view.setUint8(5, 2)),
      /little-endian/,
    )
    refused(
      elf([{}], (view) => view.setUint16(18, 62, true)),
      /RISC-V \(243\), not 62/,
    )
    for (const [type, what] of [
      [1, /type 1, is not linked: link it with -static -no-pie/],
      [3, /type 3, is position-independent: link it with -static -no-pie/],
      [4, /type 4, is no executable/],
    ] as const)
      refused(
        elf([{}], (view) => view.setUint16(16, type, true)),
        what,
      )
    refused(elf([{}, { type: 3 }]), /header 1: the file is linked dynamically/)
    refused(elf([{}, { type: 2 }]), /dynamically/)
    refused(elf([]), /program headers/)
    refused(
      elf([{}], (view) => view.setUint16(54, 32, true)),
      /56 bytes, not 32/,
    )
    refused(
      elf([{}], (view) => view.setUint16(56, 65535, true)),
      /not 65535/,
    )
    refused(
      elf([{}], (view) => view.setBigUint64(32, (1n << 64n) - 1n, true)),
      /beyond the file/,
    )
  })

  it('refuses segments that lie outside the file or memory, or over each other', () => {
    refused(elf([{ offset: 1n << 60n }]), /segment 0 .* beyond the file/)
    refused(elf([{ fileSize: 65n }]), /beyond the file/)
    refused(elf([{ fileSize: 8n, size: 7n }]), /has 8 bytes in the file/)
    refused(elf([{ address: (1n << 32n) - 63n }]), /beyond 2\^32/)
    refused(elf([{ address: (1n << 64n) - 8n }]), /beyond 2\^32/)
    refused(elf([{ size: 1n << 33n }]), /beyond 2\^32/)
    refused(elf([{}, { address: 0x1003fn }]), /segments 0 and 1 overlap/)
    refused(elf([{ address: 0x10020n }, { fileSize: 0n, size: 33n }]), /overlap/)
  })

  it('reads any file or names what is wrong', () => {
    const file = elf([{}, { address: 0x20000n }])
    const change = fc.tuple(fc.nat(file.length - 1), fc.nat(255))
    fc.assert(
      fc.property(fc.array(change, { maxLength: 8 }), fc.nat(file.length), (changes, length) => {
        const hostile = file.slice(0, length)
        for (const [at, value] of changes) if (at < length) hostile[at] = value
        try {
          for (const { address, bytes } of parseElf(hostile).segments)
            assert.ok(address + bytes.length <= 2 ** 32)
        } catch (error) {
          assert.ok(error instanceof ElfError)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
