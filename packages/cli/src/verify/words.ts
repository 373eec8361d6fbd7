import type { FollowEvent, FollowedRollup, RollupStatus } from '@altlayer/verify'

/** What happened, for people; undefined: nothing to say (a block that is valid). */
export function describeEvent({ rules }: FollowedRollup, event: FollowEvent): string | undefined {
  switch (event.type) {
    case 'block': {
      const { status, number, hash, problem } = event.verdict
      if (status === 'valid') return undefined
      const word = status === 'invalid' ? 'INVALID' : 'NOT VERIFIED'
      return `${rules.name}: ${word} block ${number} ${hash ?? ''}\n  ${problem?.code}: ${problem?.message}`
    }
    case 'reorg':
      return `${rules.name}: reorganised, verifying again from block ${event.from} (${event.depth} blocks)`
    case 'silent':
      return `${rules.name}: no answer, asking again: ${event.problem.message}`
    default:
      return `${rules.name}: answers again`
  }
}

/** One rollup's status. */
export function statusLine(status: RollupStatus): string {
  const { name, head, reached, behind, counts, silent, reorgs } = status
  if (head === undefined) return `${name}: waiting for the head${silent ? ', no answer' : ''}`
  if (reached === undefined) return `${name}: head ${head.number}, first block under way`
  const others = [
    counts.invalid > 0 ? `${counts.invalid} INVALID` : '',
    counts.unverified > 0 ? `${counts.unverified} not verified` : '',
    reorgs > 0 ? `${reorgs} reorganisations` : '',
    silent ? 'NO ANSWER' : '',
  ].filter((part) => part !== '')
  return [
    `${name}: block ${reached.number}`,
    `behind ${behind.blocks} ${behind.blocks === 1n ? 'block' : 'blocks'}, ${age(behind.seconds)}`,
    `${counts.valid} valid`,
    ...others,
    ...speed(status),
  ].join(' · ')
}

/** Seconds as people say them. */
function age(seconds: number | undefined): string {
  if (seconds === undefined) return 'age unknown'
  if (seconds < 120) return `${seconds.toFixed(1)} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  return seconds < 172_800
    ? `${Math.round(seconds / 3600)} h`
    : `${Math.round(seconds / 86_400)} days`
}

function speed({ counts, gas, execution }: RollupStatus): readonly string[] {
  const blocks = counts.valid + counts.invalid
  if (blocks === 0 || execution === 0) return []
  return [
    `${(execution / blocks).toFixed(1)} ms a block`,
    `${(Number(gas) / 1000 / execution).toFixed(0)} Mgas/s`,
  ]
}
