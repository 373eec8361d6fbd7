import { contractArtifact } from '@altlayer/contracts'
import { type Address, type Hash, type Hex, hexToBytes, keccak256Hex } from '@altlayer/protocol'
import { pino } from 'pino'
import {
  type Abi,
  createWalletClient,
  encodeAbiParameters,
  encodeFunctionData,
  http,
  parseEventLogs,
  zeroAddress,
} from 'viem'
import { opStackArtifact } from '../../../launch/src/artifacts.ts'
import type { Game, TraceContext } from '../../src/game/index.ts'
import { recordTrace, type Trace } from '../../src/index.ts'
import { FACTORY_ABI } from '../../src/l1/abi.ts'
import { createGameReader, type GameView, type Sender, type Snapshot } from '../../src/l1/index.ts'
import { type PlayerOptions, type PlayerTruth, startPlayer } from '../../src/services.ts'
import { ECALL, immediate, load, lui } from './assembler.ts'
import { accountOf, type TestL1 } from './l1.ts'
import { lieAbout, lyingTruth } from './liar.ts'

export const GAME_TYPE = 0x56495441
/** L2 block and output root that games begin from. */
export const ANCHOR = 100n
/** 2^3 blocks, 2^4 instructions. */
export const DEPTHS = { maxGameDepth: 8n, splitDepth: 3n } as const
/** Seconds of L1. */
export const CLOCKS = { clockExtension: 20n, maxClockDuration: 120n } as const
export const BOND_DELAY = 10n
export const INIT_BOND = 8n * 10n ** 16n
/** The account that deploys. */
const OWNER = 0

/** True output roots are even, lies odd: what the court's program goes by. */
export const trueOutput = (number: bigint): Hash => withParity(`true ${number}`, 0)
export const falseOutput = (number: bigint, name = ''): Hash =>
  withParity(`false ${number} ${name}`, 1)
const isLie = (root: Hash): boolean => Number.parseInt(root.slice(2, 4), 16) % 2 === 1

function withParity(what: string, parity: 0 | 1): Hash {
  const hash = lieAbout(what)
  const first = (Number.parseInt(hash.slice(2, 4), 16) & 0xfe) | parity
  return `0x${first.toString(16).padStart(2, '0')}${hash.slice(4)}`
}

const KEY_AT = 0x11000
const LOCAL_DISPUTED_OUTPUT = `01${'00'.repeat(30)}03`

/** 13 instructions: reads the disputed output root and exits with the lowest bit of its first byte. */
const code = [
  immediate.addi(10, 0, 6),
  lui(11, 0x11),
  immediate.addi(12, 0, 32),
  immediate.addi(17, 0, 64),
  ECALL,
  immediate.addi(10, 0, 5),
  lui(11, 0x12),
  immediate.addi(17, 0, 63),
  ECALL,
  load.lbu(10, 11, 8),
  immediate.andi(10, 10, 1),
  immediate.addi(17, 0, 93),
  ECALL,
]
const image = {
  entry: 0x10000n,
  segments: [
    { address: 0x10000, bytes: new Uint8Array(Uint32Array.from(code).buffer) },
    { address: KEY_AT, bytes: hexToBytes(`0x${LOCAL_DISPUTED_OUTPUT}`) },
  ],
}

const traces = new Map<Hash, Trace>()

function traceOf({ disputed }: TraceContext): Trace {
  const known = traces.get(disputed)
  if (known !== undefined) return known
  const trace = recordTrace(image, {
    preimage: (key) => (key === LOCAL_DISPUTED_OUTPUT ? hexToBytes(disputed) : undefined),
  })
  traces.set(disputed, trace)
  return trace
}

/** The truth in every game of the court. */
export const TRUTH: PlayerTruth = {
  output: async (number) => trueOutput(number),
  state: async (context, steps) => traceOf(context).stateHashAt(steps),
  blockNumberChallenge: async () => undefined,
  async witness(context, steps) {
    const { stateData, proof, preimage } = traceOf(context).witnessAt(steps)
    return { stateData, proof, ...(preimage && { preimage: { ...preimage, load: undefined } }) }
  },
}

/** What a liar says in a game: every output root after the anchor is false, down to the last instruction. */
export function lies(game: Game): PlayerTruth {
  const root = game.claims[0]?.value
  const wholeTrace = 1n << (DEPTHS.maxGameDepth - DEPTHS.splitDepth - 1n)
  const lie = lyingTruth({ truth: TRUTH, fromBlock: 0n, fromStep: 0n, wholeTrace })
  return {
    ...lie,
    output: async (number) =>
      root !== undefined && isLie(root) && number === game.l2BlockNumber
        ? root
        : falseOutput(number),
    witness: TRUTH.witness,
  }
}

/** VitalDisputeGame among the OP Stack's contracts on an L1. */
export interface Court {
  readonly factory: Address
  readonly oracle: Address
  readonly registry: Address
  /** Begins a game about `number`. */
  create(sender: Sender, rootClaim: Hash, number: bigint): Promise<Address>
  snapshot(): Promise<Snapshot>
  game(address: Address): Promise<GameView>
  /** Options of a player that attends to everything at once, quickly. */
  playerOptions(sender: Sender): Omit<PlayerOptions, 'truthOf'>
  play(
    sender: Sender,
    truthOf: PlayerOptions['truthOf'],
    more?: Partial<PlayerOptions>,
  ): ReturnType<typeof startPlayer>
}

/** Deploys; L1 must mine by itself. */
export async function openCourt(l1: TestL1): Promise<Court> {
  const { client } = l1
  const wallet = createWalletClient({ account: accountOf(OWNER), transport: http(l1.url) })
  const superchain: Address = `0x${'5c'.repeat(20)}`
  // `paused()` is always false: 32 bytes of zeros.
  await l1.rpc('anvil_setCode', superchain, '0x60205ff3')

  async function deploy(artifact: { abi: unknown; bytecode: Hex }, args: readonly unknown[]) {
    const { bytecode } = artifact
    const hash = await wallet.deployContract({
      abi: artifact.abi as Abi,
      bytecode,
      args,
      chain: null,
    })
    const { contractAddress } = await client.waitForTransactionReceipt({ hash })
    if (!contractAddress) throw new Error('not deployed')
    return contractAddress.toLowerCase() as Address
  }
  async function call(to: Address, name: string, functionName: string, args: readonly unknown[]) {
    const data = encodeFunctionData({ abi: opStackArtifact(name).abi, functionName, args })
    const hash = await wallet.sendTransaction({ to, data, chain: null })
    const { status } = await client.waitForTransactionReceipt({ hash })
    if (status !== 'success') throw new Error(`${name}.${functionName} reverted`)
  }
  async function behindProxy(name: string, args: readonly unknown[]): Promise<Address> {
    const implementation = await deploy(opStackArtifact(name), args)
    const proxy = await deploy(opStackArtifact('Proxy'), [wallet.account.address])
    await call(proxy, 'Proxy', 'upgradeTo', [implementation])
    return proxy
  }

  const factory = await behindProxy('DisputeGameFactory', [])
  await call(factory, 'DisputeGameFactory', 'initialize', [wallet.account.address])
  const registry = await behindProxy('AnchorStateRegistry', [factory])
  const anchor = { root: trueOutput(ANCHOR), l2BlockNumber: ANCHOR }
  await call(registry, 'AnchorStateRegistry', 'initialize', [
    [{ gameType: GAME_TYPE, outputRoot: anchor }],
  ])
  const weth = await behindProxy('DelayedWETH', [BOND_DELAY])
  await call(weth, 'DelayedWETH', 'initialize', [wallet.account.address, superchain])
  const oracle = await deploy(contractArtifact('PreimageOracle'), [])
  const vm = await deploy(contractArtifact('RiscV'), [oracle])
  const params = {
    gameType: GAME_TYPE,
    absolutePrestate: traceOf({
      starting: trueOutput(0n),
      startingBlockNumber: 0n,
      disputed: trueOutput(0n),
      disputedBlockNumber: 0n,
    }).stateHashAt(0n),
    ...DEPTHS,
    ...CLOCKS,
    vm,
    weth,
    anchorStateRegistry: registry,
    l2ChainId: 901n,
    configHash: keccak256Hex(hexToBytes('0x00')),
  }
  const game = await deploy(contractArtifact('VitalDisputeGame'), [params])
  await call(factory, 'DisputeGameFactory', 'setImplementation', [GAME_TYPE, game])
  await call(factory, 'DisputeGameFactory', 'setInitBond', [GAME_TYPE, INIT_BOND])

  const reader = createGameReader({ client, factory, gameType: GAME_TYPE })
  const court: Court = {
    factory,
    oracle,
    registry,
    async create(sender, rootClaim, number) {
      const extraData = encodeAbiParameters([{ type: 'uint256' }], [number])
      const data = encodeFunctionData({
        abi: FACTORY_ABI,
        functionName: 'create',
        args: [GAME_TYPE, rootClaim, extraData],
      })
      const { logs } = await sender.send({ to: factory, data, value: INIT_BOND })
      const [created] = parseEventLogs({ abi: FACTORY_ABI, eventName: 'DisputeGameCreated', logs })
      return (created?.args.disputeProxy ?? zeroAddress).toLowerCase() as Address
    },
    snapshot: () => reader.snapshot(() => true),
    async game(address) {
      const { games } = await court.snapshot()
      const found = games.find((each) => each.address === address)
      if (found === undefined) throw new Error(`no game ${address}`)
      return found
    },
    playerOptions: (sender) => ({
      client,
      factory,
      gameType: GAME_TYPE,
      sender,
      maxBonds: 10n ** 24n,
      window: 10n ** 9n,
      concurrency: 50,
      pollInterval: 50,
      logger: pino({ level: 'silent' }),
    }),
    play: (sender, truthOf, more = {}) =>
      startPlayer({ ...court.playerOptions(sender), truthOf, ...more }),
  }
  return court
}
