import assert from 'node:assert/strict'
import { after, before, describe, it, test } from 'node:test'
import type { PlayerEvent, ProposerEvent } from '@altlayer/vital/services'
import { CommandError } from '../src/command.ts'
import {
  playerMetrics,
  proposerMetrics,
  type ServiceMetrics,
  serveMetrics,
} from '../src/vital/metrics.ts'

const HOST = '127.0.0.1'
const GAME = `0x${'9a'.repeat(20)}` as const

/** What Prometheus reads, of the names that begin with `prefix`. */
async function read(port: number, prefix: string): Promise<ReadonlyMap<string, number>> {
  const response = await fetch(`http://${HOST}:${port}/metrics`)
  const lines = (await response.text()).split('\n').filter((line) => line.startsWith(prefix))
  return new Map(
    lines.map((line) => {
      const [name, value] = line.slice(prefix.length).split(' ')
      return [name ?? '', Number(value)]
    }),
  )
}

describe('metrics of a player', () => {
  let metrics: ServiceMetrics<PlayerEvent>

  before(async () => {
    metrics = await serveMetrics({ host: HOST, port: 0 }, playerMetrics)
  })
  after(() => metrics.close())

  it('count what it does', async () => {
    const byStatus = { 'in-progress': 3, 'challenger-wins': 1, 'defender-wins': 2 }
    metrics.event({ kind: 'games', byStatus, bonds: 15n * 10n ** 17n, balance: 7n * 10n ** 18n })
    metrics.event({ kind: 'action', game: GAME, action: 'move' })
    metrics.event({ kind: 'action', game: GAME, action: 'move' })
    metrics.event({ kind: 'action', game: GAME, action: 'step' })
    metrics.event({ kind: 'action', game: GAME, action: 'challenge-block-number' })
    metrics.event({ kind: 'resolved-claims', game: GAME, claims: 4 })
    metrics.event({ kind: 'resolved', game: GAME, status: 'challenger-wins' })
    metrics.event({ kind: 'credit', game: GAME, amount: 25n * 10n ** 17n })
    metrics.event({ kind: 'bond-limit', game: GAME })
    metrics.event({ kind: 'failure', game: GAME, reason: 'L1 was silent' })
    assert.deepEqual(
      await read(metrics.port, 'op_challenger_'),
      new Map([
        ['up', 1],
        ['tracked_games{status="in_progress"}', 3],
        ['tracked_games{status="defender_won"}', 2],
        ['tracked_games{status="challenger_won"}', 1],
        ['moves', 2],
        ['steps', 1],
        ['l2_challenges', 1],
        ['resolved_games_total{status="challenger_won"}', 1],
        ['resolved_claims_total', 4],
        ['claimed_bonds_ether_total', 2.5],
        ['staked_bonds_ether', 1.5],
        ['balance', 7],
        ['bond_limit_reached_total', 1],
        ['game_failures_total', 1],
      ]),
    )
  })

  it('say that their port is taken', async () => {
    await assert.rejects(
      serveMetrics({ host: HOST, port: metrics.port }, playerMetrics),
      CommandError,
    )
  })
})

test('metrics of a proposer tell of proposals, games and bonds', async () => {
  const metrics = await serveMetrics<ProposerEvent>({ host: HOST, port: 0 }, proposerMetrics)
  try {
    const games = { kind: 'games', open: 2, newest: 41n, balance: 9n * 10n ** 18n } as const
    metrics.event({ ...games, locked: 24n * 10n ** 16n })
    metrics.event({ kind: 'proposed', game: GAME, number: 44n })
    metrics.event({ kind: 'resolved-claims', game: GAME, claims: 1 })
    metrics.event({ kind: 'resolved', game: GAME, status: 'defender-wins' })
    metrics.event({ kind: 'credit', game: GAME, amount: 8n * 10n ** 16n })
    metrics.event({ kind: 'refused', reason: 'GameAlreadyExists' })
    metrics.event({ kind: 'failure', reason: 'L1 was silent' })
    assert.deepEqual(
      await read(metrics.port, 'op_proposer_default_'),
      new Map([
        ['up', 1],
        ['refs_number{layer="l2",type="proposed"}', 44],
        ['proposals_total', 1],
        ['open_games', 2],
        ['locked_bonds_ether', 0.24],
        ['balance', 9],
        ['resolved_games_total{status="defender_won"}', 1],
        ['resolved_claims_total', 1],
        ['reclaimed_bonds_ether_total', 0.08],
        ['failures_total{reason="refused"}', 1],
        ['failures_total{reason="error"}', 1],
      ]),
    )
  } finally {
    await metrics.close()
  }
})
