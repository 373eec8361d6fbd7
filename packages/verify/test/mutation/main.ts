import { parseArgs } from 'node:util'
import { absent, realBlocks } from '../helpers/fixtures.ts'
import { createJudge, type Outcome } from './outcome.ts'
import { flipped } from './random.ts'

// Changes one byte after the other of the real blocks' files. Visits all of them in an order that spreads over the
// files, so that a run of any length is a fair sample and the next begins where it ended:
//   npm run mutate -w @altlayer/verify -- --seconds 3600 --offset 0

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    offset: { type: 'string', default: '0' },
  },
})

/** A prime beyond any file's length: its multiples modulo the length visit every byte once. */
const STEP = 2_147_483_647
const PROGRESS = 10_000

function whole(name: 'seconds' | 'offset'): number {
  const value = Number(values[name])
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`--${name} takes a whole number`)
  return value
}

const seconds = whole('seconds')
const offset = whole('offset')
if (absent) {
  console.error(absent)
  process.exit(1)
}
const blocks = realBlocks.map((block) => ({ ...block, judge: createJudge(block) }))
const total = blocks.reduce((sum, { bytes }) => sum + bytes.length, 0)
const counts: Record<Outcome, number> = { refused: 0, equal: 0, unread: 0, 'other rules': 0 }
const end = performance.now() + seconds * 1000
let next = offset
let shown = performance.now()
for (; next < total && performance.now() < end; next++) {
  let at = Number((BigInt(next) * BigInt(STEP)) % BigInt(total))
  const block = blocks.find(({ bytes }) => {
    if (at < bytes.length) return true
    at -= bytes.length
    return false
  })
  if (block === undefined) throw new RangeError(`no byte ${at}`)
  // Any change but none, the same one each time this byte is visited.
  const mask = 1 + ((at * 167 + next) % 255)
  try {
    counts[block.judge.judge(flipped(block.bytes, at, mask))]++
  } catch (error) {
    console.error(`offset ${next}: byte ${at} of ${block.path}, mask ${mask}`)
    throw error
  }
  if (performance.now() - shown > PROGRESS) {
    shown = performance.now()
    console.error(
      `${next + 1 - offset} changes, ${((100 * (next + 1)) / total).toFixed(3)} % of all`,
    )
  }
}
console.log(JSON.stringify({ from: offset, next, total, changes: next - offset, ...counts }))
