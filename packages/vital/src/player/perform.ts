import {
  type Address,
  concatBytes,
  type Hash,
  type Hex,
  hexToBytes,
  keccak256Hex,
} from '@altlayer/protocol'
import { encodeFunctionData, type PublicClient, type TransactionReceipt } from 'viem'
import type { Action, Game, TraceContext, TruthProvider } from '../game/types.ts'
import { GAME_ABI, ORACLE_ABI } from '../l1/abi.ts'
import type { Call, Sender } from '../l1/sender.ts'

/** What is behind a typed key, in the form in which the oracle can check it. */
export type LoadablePreimage =
  | { readonly kind: 'keccak256' | 'sha256'; readonly data: Hex }
  | {
      readonly kind: 'blob'
      /** The point and the value, and the proof that the blob's polynomial has it there. */
      readonly z: bigint
      readonly y: bigint
      readonly commitment: Hex
      readonly proof: Hex
    }
  | {
      readonly kind: 'precompile'
      readonly precompile: Address
      readonly requiredGas: bigint
      readonly input: Hex
    }

/** What a step is called with, and what it reads. */
export interface LoadableStep {
  readonly stateData: Hex
  readonly proof: Hex
  readonly preimage?: {
    /** As the program asks for it. */
    readonly key: Hash
    readonly offset: bigint
    /** Undefined for local data, which the game itself has. */
    readonly load: LoadablePreimage | undefined
  }
}

/** The truth about a game, with steps that can be put on chain. */
export interface PlayerTruth extends TruthProvider {
  /** What executes the instruction after `steps` of them. */
  witness(context: TraceContext, steps: bigint): Promise<LoadableStep>
}

/** More than this goes through the oracle's sponge: what a transaction carries with ease. */
const LARGE = 90_000
/** Bytes that a transaction puts into the sponge: blocks of 136 bytes, 90k gas each. */
const PIECE = 136 * 120

const LOCAL = 1

/**
 * Does what an honest player decided to do in a game: all transactions that it takes, in order. Resolves to the
 * last one's receipt. Rejects with what `Sender.send` rejects with.
 */
export async function perform(options: {
  readonly client: PublicClient
  readonly sender: Sender
  readonly game: Game
  readonly oracle: Address
  readonly truth: PlayerTruth
  readonly action: Action
}): Promise<TransactionReceipt> {
  const { client, sender, game, action, oracle, truth } = options
  if (action.kind === 'challenge-block-number') {
    const { header, ...proof } = action.challenge
    return sender.send(
      gameCall(game, {
        data: encodeFunctionData({
          abi: GAME_ABI,
          functionName: 'challengeRootL2Block',
          args: [proof, header],
        }),
      }),
    )
  }
  if (action.kind === 'move') {
    const { position, disputed, parentIndex, value, isAttack } = action
    const bond = await client.readContract({
      address: game.address,
      abi: GAME_ABI,
      functionName: 'getRequiredBond',
      args: [position],
    })
    return sender.send(
      gameCall(game, {
        value: bond,
        data: encodeFunctionData({
          abi: GAME_ABI,
          functionName: 'move',
          args: [disputed, BigInt(parentIndex), value, isAttack],
        }),
      }),
    )
  }
  const { claimIndex, isAttack } = action
  const step = await truth.witness(action.context, action.steps)
  if (step.preimage !== undefined)
    await loadPreimage({ client, sender, game, claimIndex, oracle }, step.preimage)
  return sender.send(
    gameCall(game, {
      data: encodeFunctionData({
        abi: GAME_ABI,
        functionName: 'step',
        args: [BigInt(claimIndex), isAttack, step.stateData, step.proof],
      }),
    }),
  )
}

function gameCall(game: Game, call: Omit<Call, 'to'>): Call {
  return { to: game.address, ...call }
}

interface LoadContext {
  readonly client: PublicClient
  readonly sender: Sender
  readonly game: Game
  readonly claimIndex: number
  readonly oracle: Address
}

async function loadPreimage(
  context: LoadContext,
  { key, offset, load }: NonNullable<LoadableStep['preimage']>,
): Promise<void> {
  const { client, sender, game, claimIndex, oracle } = context
  const bytes = hexToBytes(key)
  if (bytes[0] === LOCAL) {
    // Loading it twice is harmless, and cheaper than finding out where it is.
    await sender.send(
      gameCall(game, {
        data: encodeFunctionData({
          abi: GAME_ABI,
          functionName: 'addLocalData',
          args: [BigInt(bytes[31] ?? 0), BigInt(claimIndex), offset],
        }),
      }),
    )
    return
  }
  const loaded = await client.readContract({
    address: oracle,
    abi: ORACLE_ABI,
    functionName: 'preimagePartOk',
    args: [key, offset],
  })
  if (loaded) return
  if (load === undefined) throw new UnknownPreimageError(`nobody has the preimage of ${key}`)
  for (const data of await loadCalls(context, load, offset)) await sender.send({ to: oracle, data })
}

/** A preimage that a step reads is not known here. */
export class UnknownPreimageError extends Error {
  override readonly name = 'UnknownPreimageError'
}

/** Calldata of the oracle's transactions that make a part of a preimage readable. */
async function loadCalls(
  context: LoadContext,
  preimage: LoadablePreimage,
  offset: bigint,
): Promise<readonly Hex[]> {
  const abi = ORACLE_ABI
  if (preimage.kind === 'blob') {
    const { z, y, commitment, proof } = preimage
    const args = [z, y, commitment, proof, offset] as const
    return [encodeFunctionData({ abi, functionName: 'loadBlobPreimagePart', args })]
  }
  if (preimage.kind === 'precompile') {
    const { precompile, requiredGas, input } = preimage
    const args = [offset, precompile, requiredGas, input] as const
    return [encodeFunctionData({ abi, functionName: 'loadPrecompilePreimagePart', args })]
  }
  const args = [offset, preimage.data] as const
  if (preimage.kind === 'sha256')
    return [encodeFunctionData({ abi, functionName: 'loadSha256PreimagePart', args })]
  const size = (preimage.data.length - 2) / 2
  if (size <= LARGE)
    return [encodeFunctionData({ abi, functionName: 'loadKeccak256PreimagePart', args })]
  return largeCalls(context, hexToBytes(preimage.data), offset)
}

/**
 * The sponge's transactions that are left: its name follows from what is loaded, so that a player that was
 * interrupted goes on with it.
 */
async function largeCalls(
  { client, sender, oracle }: LoadContext,
  data: Uint8Array,
  offset: bigint,
): Promise<readonly Hex[]> {
  const abi = ORACLE_ABI
  const name = keccak256Hex(concatBytes(hexToBytes(keccak256Hex(data)), bigEndian(offset)))
  const uuid = BigInt(name)
  const { claimedSize, bytesAbsorbed } = await client.readContract({
    address: oracle,
    abi,
    functionName: 'largePreimage',
    args: [sender.address, uuid],
  })
  const calls: Hex[] = []
  if (claimedSize === 0) {
    const args = [uuid, Number(offset), data.length] as const
    calls.push(encodeFunctionData({ abi, functionName: 'initLPP', args }))
  }
  for (let start = bytesAbsorbed; start < data.length; start += PIECE) {
    const piece = Buffer.from(data.subarray(start, start + PIECE)).toString('hex')
    calls.push(
      encodeFunctionData({
        abi,
        functionName: 'absorbLPP',
        args: [uuid, BigInt(start), `0x${piece}`],
      }),
    )
  }
  return calls
}

function bigEndian(value: bigint): Uint8Array {
  return hexToBytes(`0x${value.toString(16).padStart(16, '0')}`)
}
