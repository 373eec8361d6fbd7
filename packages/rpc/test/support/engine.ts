import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Engine,
  type EngineOptions,
  type ExecutionPayload,
  openEngine,
  type PayloadAttributes,
} from '@altlayer/engine'
import type { ChainConfig, Genesis, GenesisAccount, Hex } from '@altlayer/protocol'

export const CHAIN_ID = 1337n

const FORKS: Readonly<Record<ChainConfig['mode'], ChainConfig['forks']>> = {
  ethereum: { shanghai: 0n, cancun: 0n, prague: 0n },
  op: {
    regolith: 0n,
    canyon: 0n,
    delta: 0n,
    ecotone: 0n,
    fjord: 0n,
    granite: 0n,
    holocene: 0n,
    isthmus: 0n,
  },
}
// Holocene: denominator 250, elasticity 6.
const EIP_1559_PARAMS: Hex = '0x000000fa00000006'

/** A chain with every fork active from its first block. */
export function testGenesis(mode: ChainConfig['mode'], alloc: readonly GenesisAccount[]): Genesis {
  const op = mode === 'op'
  return {
    config: {
      mode,
      chainId: CHAIN_ID,
      forks: FORKS[mode],
      ...(op ? { eip1559: { denominator: 50n, denominatorCanyon: 250n, elasticity: 6n } } : {}),
    },
    header: {
      number: 0n,
      timestamp: 1_700_000_000n,
      extraData: op ? `0x00${EIP_1559_PARAMS.slice(2)}` : '0x',
      gasLimit: 30_000_000n,
      gasUsed: 0n,
      difficulty: 0n,
      mixHash: `0x${'00'.repeat(32)}`,
      nonce: '0x0000000000000000',
      miner: `0x${'00'.repeat(20)}`,
      parentHash: `0x${'00'.repeat(32)}`,
    },
    alloc,
    otherConfig: {},
  }
}

export interface TestEngine {
  readonly engine: Engine
  close(): Promise<void>
}

/** An engine in a directory of its own, removed at the end. */
export async function openTestEngine(
  genesis: Genesis,
  options: Partial<EngineOptions> = {},
): Promise<TestEngine> {
  const dataDir = await mkdtemp(join(tmpdir(), 'altlayer-rpc-'))
  const engine = await openEngine({
    genesis,
    dataDir,
    callWorkers: 1,
    senderWorkers: 1,
    slotTime: 5,
    // What a test waits for is made however slow the machine is.
    lastLook: 60_000,
    callTimeout: 60_000,
    ...options,
  })
  return {
    engine,
    async close() {
      await engine.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** Begins a block on the head, as a sequencer does; the pool's transactions go into it. */
export async function openBlock(
  engine: Engine,
  attributes: Partial<PayloadAttributes> = {},
): Promise<Hex> {
  const head = engine.block({ tag: 'latest' })
  if (head === undefined) throw new Error('the engine has no head')
  const { payloadStatus, payloadId } = await engine.forkchoiceUpdated(stateAt(head.hash), {
    timestamp: head.header.timestamp + 1n,
    prevRandao: `0x${'11'.repeat(32)}`,
    feeRecipient: `0x${'fe'.repeat(20)}`,
    gasLimit: head.header.gasLimit,
    parentBeaconBlockRoot: `0x${'22'.repeat(32)}`,
    withdrawals: [],
    ...(engine.config.mode === 'op' ? { eip1559Params: EIP_1559_PARAMS } : {}),
    ...attributes,
  })
  if (payloadId === undefined) throw new Error(`no payload: ${JSON.stringify(payloadStatus)}`)
  return payloadId
}

/** Seals an open block and makes it the head, safe and finalized. */
export async function sealBlock(engine: Engine, id: Hex): Promise<ExecutionPayload> {
  const payload = await engine.getPayload(id)
  const status = await engine.newPayload(payload)
  if (status.status !== 'VALID') throw new Error(`newPayload: ${JSON.stringify(status)}`)
  await engine.forkchoiceUpdated(stateAt(payload.blockHash))
  return payload
}

function stateAt(hash: Hex) {
  return { headBlockHash: hash, safeBlockHash: hash, finalizedBlockHash: hash }
}
