import { createRegistry, metricsFactory, startMetricsServer } from '@altlayer/node'
import type { PlayerEvent } from '@altlayer/vital/services'
import { formatEther } from 'viem'
import { CommandError } from '../command.ts'
import type { MetricsAddress } from '../metrics-options.ts'

/** What Prometheus reads of `altlayer vital play`. */
export interface PlayerMetrics {
  readonly port: number
  event(event: PlayerEvent): void
  close(): Promise<void>
}

/** op-challenger's names of what became of a game. */
const STATUS = {
  'in-progress': 'in_progress',
  'defender-wins': 'defender_won',
  'challenger-wins': 'challenger_won',
} as const

/** Serves metrics, under op-challenger's names where it has them. Throws CommandError when the port cannot be had. */
export async function servePlayerMetrics(address: MetricsAddress): Promise<PlayerMetrics> {
  const registry = createRegistry()
  const { gauge, counter } = metricsFactory(registry, 'op_challenger')
  gauge('up', '1 once it plays').set(1)
  const games = gauge('tracked_games', 'Games that something is left to do in', ['status'])
  const moves = counter('moves', 'Moves made in games')
  const steps = counter('steps', 'Instructions that L1 executed for this account')
  const challenges = counter('l2_challenges', 'Games ended by the header of another block')
  const resolved = counter('resolved_games_total', 'Games that this account resolved', ['status'])
  const claims = counter('resolved_claims_total', 'Claims that this account settled')
  const taken = counter('claimed_bonds_ether_total', 'Ether taken back and won')
  const staked = gauge('staked_bonds_ether', 'Ether in claims that are not settled')
  const limited = counter(
    'bond_limit_reached_total',
    'Moves that were due, but beyond the limit of bonds',
  )
  const failures = counter('game_failures_total', 'Looks at a game that failed')
  const server = await startMetricsServer(registry, address).catch((error: Error) => {
    throw new CommandError(`cannot serve metrics on port ${address.port}: ${error.message}`)
  })
  return {
    port: server.port,
    close: () => server.close(),
    event(event) {
      if (event.kind === 'games') {
        for (const [status, name] of Object.entries(STATUS))
          games.set({ status: name }, event.byStatus[status as keyof typeof STATUS])
        staked.set(Number(formatEther(event.bonds)))
      } else if (event.kind === 'action') {
        const done = { move: moves, step: steps, 'challenge-block-number': challenges }
        done[event.action].inc()
      } else if (event.kind === 'resolved') resolved.inc({ status: STATUS[event.status] })
      else if (event.kind === 'resolved-claims') claims.inc(event.claims)
      else if (event.kind === 'credit') taken.inc(Number(formatEther(event.amount)))
      else if (event.kind === 'bond-limit') limited.inc()
      else failures.inc()
    },
  }
}
