import { createRegistry, metricsFactory } from '@altlayer/node'
import type { PlayerEvent, ProposerEvent } from '@altlayer/vital/services'
import { formatEther } from 'viem'
import type { MetricsAddress } from '../metrics-options.ts'
import { type MetricsRegistry, serveRegistry } from '../metrics-server.ts'

/** op-challenger's names of what became of a game. */
const STATUS = {
  'in-progress': 'in_progress',
  'defender-wins': 'defender_won',
  'challenger-wins': 'challenger_won',
} as const

const ether = (wei: bigint) => Number(formatEther(wei))

/** The player's metrics, under op-challenger's names where it has them; what it returns takes the events. */
export function playerMetrics(registry: MetricsRegistry): (event: PlayerEvent) => void {
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
  const balance = gauge('balance', 'ETH that the account has besides')
  const limited = counter(
    'bond_limit_reached_total',
    'Moves that were due, but beyond the limit of bonds',
  )
  const failures = counter('game_failures_total', 'Looks at a game that failed')
  return (event) => {
    switch (event.kind) {
      case 'games':
        for (const [status, name] of Object.entries(STATUS))
          games.set({ status: name }, event.byStatus[status as keyof typeof STATUS])
        staked.set(ether(event.bonds))
        return balance.set(ether(event.balance))
      case 'action':
        return { move: moves, step: steps, 'challenge-block-number': challenges }[
          event.action
        ].inc()
      case 'resolved':
        return resolved.inc({ status: STATUS[event.status] })
      case 'resolved-claims':
        return claims.inc(event.claims)
      case 'credit':
        return taken.inc(ether(event.amount))
      case 'bond-limit':
        return limited.inc()
      case 'failure':
        return failures.inc()
    }
  }
}

/** The proposer's metrics, under op-proposer's names where it has them; what it returns takes the events. */
export function proposerMetrics(registry: MetricsRegistry): (event: ProposerEvent) => void {
  const { gauge, counter } = metricsFactory(registry, 'op_proposer_default')
  gauge('up', '1 once it proposes').set(1)
  const refs = gauge('refs_number', 'Block numbers, by layer and type', ['layer', 'type'])
  const proposals = counter('proposals_total', 'Output roots proposed')
  const open = gauge('open_games', 'Own games whose outcome is open')
  const locked = gauge('locked_bonds_ether', 'Ether in own games that was not taken back')
  const balance = gauge('balance', 'ETH that the account has')
  const resolved = counter('resolved_games_total', 'Own games that came to their end', ['status'])
  const claims = counter('resolved_claims_total', 'Claims that this account settled')
  const reclaimed = counter('reclaimed_bonds_ether_total', 'Ether of bonds taken back')
  const failures = counter('failures_total', 'Looks that failed: nothing was proposed', ['reason'])
  return (event) => {
    switch (event.kind) {
      case 'proposed':
        refs.set({ layer: 'l2', type: 'proposed' }, Number(event.number))
        return proposals.inc()
      case 'games':
        if (event.newest !== undefined)
          refs.set({ layer: 'l2', type: 'proposed' }, Number(event.newest))
        open.set(event.open)
        locked.set(ether(event.locked))
        return balance.set(ether(event.balance))
      case 'resolved':
        return resolved.inc({ status: STATUS[event.status] })
      case 'resolved-claims':
        return claims.inc(event.claims)
      case 'credit':
        return reclaimed.inc(ether(event.amount))
      case 'refused':
        return failures.inc({ reason: 'refused' })
      case 'failure':
        return failures.inc({ reason: 'error' })
    }
  }
}

/** Metrics of one service, on a port of its own. */
export interface ServiceMetrics<Event> {
  readonly port: number
  event(event: Event): void
  close(): Promise<void>
}

/** Serves the metrics of a service to Prometheus. Rejects with CommandError when the port cannot be had. */
export async function serveMetrics<Event>(
  address: MetricsAddress,
  metrics: (registry: MetricsRegistry) => (event: Event) => void,
): Promise<ServiceMetrics<Event>> {
  const registry = createRegistry()
  const event = metrics(registry)
  const server = await serveRegistry(registry, address)
  return { port: server.port, event, close: () => server.close() }
}
