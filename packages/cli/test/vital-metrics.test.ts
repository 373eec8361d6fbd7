import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { CommandError } from '../src/command.ts'
import { type PlayerMetrics, servePlayerMetrics } from '../src/vital/metrics.ts'

const HOST = '127.0.0.1'
const GAME = `0x${'9a'.repeat(20)}` as const

describe('metrics of a player', () => {
  let metrics: PlayerMetrics

  before(async () => {
    metrics = await servePlayerMetrics({ host: HOST, port: 0 })
  })
  after(() => metrics.close())

  async function values(): Promise<ReadonlyMap<string, number>> {
    const response = await fetch(`http://${HOST}:${metrics.port}/metrics`)
    const lines = (await response.text()).split('\n').filter((line) => /^op_challenger/.test(line))
    return new Map(
      lines.map((line) => {
        const [name, value] = line.slice('op_challenger_'.length).split(' ')
        return [name ?? '', Number(value)]
      }),
    )
  }

  it('count what it does', async () => {
    const byStatus = { 'in-progress': 3, 'challenger-wins': 1, 'defender-wins': 2 }
    metrics.event({ kind: 'games', byStatus, bonds: 15n * 10n ** 17n })
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
      await values(),
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
        ['bond_limit_reached_total', 1],
        ['game_failures_total', 1],
      ]),
    )
  })

  it('say that their port is taken', async () => {
    await assert.rejects(servePlayerMetrics({ host: HOST, port: metrics.port }), CommandError)
  })
})
