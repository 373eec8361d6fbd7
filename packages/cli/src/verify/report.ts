import {
  type FollowEvent,
  type FollowedRollup,
  type RollupStatus,
  verdictToJson,
} from '@altlayer/verify'
import { describeEvent, statusLine } from './words.ts'

/** What `altlayer verify` prints. */
export interface Report {
  event(rollup: number, event: FollowEvent): void
  /** Shows the status from now on. */
  start(status: () => readonly RollupStatus[]): void
  /** Shows it a last time. */
  stop(): void
}

/** Milliseconds between status lines in a file or pipe, and on a terminal. */
const LINE_INTERVAL = 10_000
const SCREEN_INTERVAL = 500

/** JSON lines for machines; for people lines for what happens and, on a terminal, one for each rollup that stays. */
export function createReport(rollups: readonly FollowedRollup[], json: boolean): Report {
  if (json) return jsonReport(rollups)
  return process.stdout.isTTY ? screenReport(rollups) : lineReport(rollups)
}

function jsonReport(rollups: readonly FollowedRollup[]): Report {
  const print = (line: object) => console.log(JSON.stringify(line))
  const name = (index: number) => {
    const { rules, rpc } = rollups[index] as FollowedRollup
    const { chainId } = rules.config
    return { rollup: rules.name, chainId: Number(chainId), origin: new URL(rpc).origin }
  }
  let look = (): readonly RollupStatus[] => []
  let timer: NodeJS.Timeout | undefined
  const status = () => {
    for (const [index, one] of look().entries())
      print({ type: 'status', ...name(index), ...statusToJson(one) })
  }
  return {
    event(index, event) {
      const { type } = event
      if (type === 'block') print({ type, ...name(index), ...verdictToJson(event.verdict) })
      else if (type === 'reorg')
        print({ type, ...name(index), from: `${event.from}`, depth: event.depth })
      else if (type === 'silent') print({ type, ...name(index), problem: event.problem })
      else print({ type, ...name(index) })
    },
    start(next) {
      look = next
      timer = setInterval(status, LINE_INTERVAL)
    },
    stop() {
      clearInterval(timer)
      status()
    },
  }
}

function statusToJson(status: RollupStatus): Record<string, unknown> {
  const { head, reached, behind, counts, reorgs, silent, gas, execution } = status
  const decimal = (value: bigint | undefined) => value?.toString()
  return {
    head: decimal(head?.number),
    reached: decimal(reached?.number),
    behind: {
      blocks: Number(behind.blocks),
      seconds: behind.seconds === undefined ? undefined : Math.round(behind.seconds * 10) / 10,
    },
    ...counts,
    reorgs,
    silent,
    gas: gas.toString(),
    executionMilliseconds: Math.round(execution),
  }
}

function lineReport(rollups: readonly FollowedRollup[]): Report {
  let look = (): readonly RollupStatus[] => []
  let timer: NodeJS.Timeout | undefined
  const show = () => {
    for (const status of look()) console.log(statusLine(status))
  }
  return {
    event(index, event) {
      const line = describeEvent(rollups[index] as FollowedRollup, event)
      if (line !== undefined) console.log(line)
    },
    start(next) {
      look = next
      for (const { rules, rpc } of rollups)
        console.log(`${rules.name} at ${new URL(rpc).origin}, rules from ${rules.from}`)
      timer = setInterval(show, LINE_INTERVAL)
    },
    stop() {
      clearInterval(timer)
      show()
    },
  }
}

/** The status lines stay at the bottom of the terminal; what happens scrolls above them. */
function screenReport(rollups: readonly FollowedRollup[]): Report {
  let look = (): readonly RollupStatus[] => []
  let timer: NodeJS.Timeout | undefined
  let shown = 0
  const clear = () => {
    if (shown > 0) process.stdout.write(`\u001b[${shown}A\u001b[0J`)
    shown = 0
  }
  const draw = () => {
    clear()
    const width = process.stdout.columns
    const lines = look().map((status) => statusLine(status).slice(0, width - 1))
    process.stdout.write(lines.map((line) => `${line}\n`).join(''))
    shown = lines.length
  }
  return {
    event(index, event) {
      const line = describeEvent(rollups[index] as FollowedRollup, event)
      if (line === undefined) return
      clear()
      console.log(line)
      draw()
    },
    start(next) {
      look = next
      for (const { rules, rpc } of rollups)
        console.log(`${rules.name} at ${new URL(rpc).origin}, rules from ${rules.from}`)
      timer = setInterval(draw, SCREEN_INTERVAL)
    },
    stop() {
      clearInterval(timer)
      draw()
    },
  }
}
