import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import fc from 'fast-check'
import { STATUS_ARENA_FULL } from '../shared/status.ts'
import { globalValue, testModule } from './support/module.ts'

interface ArenaExports {
  readonly BLOCK_ARENA: WebAssembly.Global
  readonly BLOCK_ARENA_SIZE: WebAssembly.Global
  readonly hostError: WebAssembly.Global
  clearHostError(): void
  arenaAlloc(size: number): number
  arenaAllocUninitialized(size: number): number
  arenaMark(): number
  arenaRelease(mark: number): void
  arenaReset(): void
  arenaUsed(): number
}

const { exports: arena, memory } = await testModule<ArenaExports>('arena')
const start = globalValue(arena.BLOCK_ARENA)
const end = start + globalValue(arena.BLOCK_ARENA_SIZE)

beforeEach(() => {
  arena.clearHostError()
  arena.arenaReset()
})

const sizes = fc.array(fc.integer({ min: 0, max: 4000 }), { minLength: 1, maxLength: 50 })

test('allocations are aligned, zeroed and apart, also where others were written before', () => {
  fc.assert(
    fc.property(fc.array(sizes, { minLength: 1, maxLength: 4 }), (blocks) => {
      for (const block of blocks) {
        arena.arenaReset()
        let behind = start
        for (const size of block) {
          const at = arena.arenaAlloc(size) >>> 0
          assert.equal(at % 16, 0)
          assert.ok(at >= behind && at + size <= end)
          assert.ok(memory.subarray(at, at + size).every((byte) => byte === 0))
          memory.fill(0xee, at, at + size)
          behind = at + size
        }
        assert.ok(arena.arenaUsed() >= block.reduce((sum, size) => sum + size, 0))
      }
    }),
  )
})

test('released memory is given again, zeroed', () => {
  const kept = arena.arenaAlloc(100) >>> 0
  memory.fill(1, kept, kept + 100)
  const mark = arena.arenaMark()
  const scratch = arena.arenaAllocUninitialized(1000) >>> 0
  memory.fill(2, scratch, scratch + 1000)
  arena.arenaRelease(mark)
  const again = arena.arenaAlloc(1000) >>> 0
  assert.equal(again, scratch)
  assert.ok(memory.subarray(again, again + 1000).every((byte) => byte === 0))
  assert.ok(memory.subarray(kept, kept + 100).every((byte) => byte === 1))
})

test('a full arena sets the error and still gives memory of its own to write to', () => {
  const chunk = 32 << 20
  let count = 0
  while (arena.hostError.value === 0) {
    arena.arenaAllocUninitialized(chunk)
    count++
  }
  assert.equal(arena.hostError.value, STATUS_ARENA_FULL)
  assert.ok(count * chunk > 900 << 20)
  const used = arena.arenaUsed()
  for (const size of [chunk, 64 << 20]) {
    const at = arena.arenaAllocUninitialized(size) >>> 0
    assert.ok(at >= start && at + size <= end)
    assert.equal(arena.arenaUsed(), used)
  }
})

test('a size near the address space is refused, not wrapped', () => {
  for (const size of [0xffff_ffff, 0xffff_fff0, 0x8000_0000, 1 << 30]) {
    arena.clearHostError()
    const at = arena.arenaAllocUninitialized(size) >>> 0
    assert.equal(arena.hostError.value, STATUS_ARENA_FULL)
    assert.ok(at >= start && at < end)
    assert.equal(arena.arenaUsed(), 0)
  }
})
