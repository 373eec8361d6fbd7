import assert from 'node:assert/strict'
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Hash } from '@altlayer/protocol'
import fc from 'fast-check'
import { openSafeHeads, type SafeAt } from '../../src/derivation/safe-heads.ts'

const hash = (seed: number): Hash => `0x${seed.toString(16).padStart(64, '0')}`
const entry = (l1: number, l2: number): SafeAt => ({
  l1: { number: BigInt(l1), hash: hash(l1 + 1_000_000) },
  l2: { number: BigInt(l2), hash: hash(l2) },
})

function inFolder(test: { after(fn: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'safe-heads-'))
  test.after(() => rmSync(folder, { recursive: true }))
  return join(folder, 'safe-heads.log')
}

const fail = (reason: string) => assert.fail(reason)

test('it says what followed from each L1 block, after a restart too', async (t) => {
  const path = inFolder(t)
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ step: fc.integer({ min: 1, max: 4 }), l2: fc.nat(3) }), {
        maxLength: 40,
      }),
      fc.nat(200),
      async (steps, asked) => {
        writeFileSync(path, '')
        const heads = openSafeHeads(path, fail)
        const added: SafeAt[] = []
        let [l1, l2] = [0, 0]
        for (const { step, l2: more } of steps) {
          l1 += step
          l2 += more
          added.push(entry(l1, l2))
          heads.add(entry(l1, l2))
          heads.add(entry(l1, l2 + 9))
        }
        const expected =
          asked > l1 ? undefined : added.findLast((each) => each.l1.number <= BigInt(asked))
        assert.deepEqual(heads.at(BigInt(asked)), expected)
        heads.save()
        heads.close()
        const again = openSafeHeads(path, fail)
        assert.deepEqual(again.at(BigInt(asked)), expected)
        again.close()
      },
    ),
    { numRuns: 50 },
  )
})

test('what no longer follows is dropped, and stays dropped', async (t) => {
  const path = inFolder(t)
  const heads = openSafeHeads(path, fail)
  for (let i = 1; i <= 10; i++) heads.add(entry(i, 2 * i))
  await heads.rewind(async ({ l1 }) => l1.number <= 6n)
  assert.equal(heads.at(7n), undefined)
  assert.deepEqual(heads.at(6n), entry(6, 12))
  heads.add(entry(7, 99))
  heads.close()
  const again = openSafeHeads(path, fail)
  assert.deepEqual(again.at(7n), entry(7, 99))
  await again.rewind(async () => false)
  assert.equal(again.at(1n), undefined)
  again.close()
})

test('a torn write costs only what was torn', (t) => {
  const path = inFolder(t)
  const heads = openSafeHeads(path, fail)
  for (let i = 1; i <= 4; i++) heads.add(entry(i, i))
  heads.close()
  const whole = readFileSync(path)
  appendFileSync(path, whole.subarray(0, 50))
  const short = openSafeHeads(path, fail)
  assert.deepEqual(short.at(4n), entry(4, 4))
  short.close()
  const torn = Buffer.from(whole)
  torn.fill(0xff, whole.length - 60)
  writeFileSync(path, torn)
  const damage: string[] = []
  const cut = openSafeHeads(path, (reason) => damage.push(reason))
  assert.match(damage.join(), /1 of 4 entries are damaged/)
  assert.equal(cut.at(4n), undefined)
  assert.deepEqual(cut.at(3n), entry(3, 3))
  cut.close()
  truncateSync(path)
  openSafeHeads(path, fail).close()
})
