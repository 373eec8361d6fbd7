import type { Address, Hex } from '@altlayer/protocol'
import { decodeFunctionData, type PublicClient, parseAbi } from 'viem'
import { median } from '../measure.ts'

/** A transaction of one side of a dispute, as L1 included it. */
export interface Spent {
  readonly from: Address
  /** What it called. */
  readonly name: string
  /** It came too late: the other side had done it. */
  readonly reverted: boolean
  readonly gas: bigint
  /** Unix seconds of its block. */
  readonly timestamp: bigint
  readonly input: Hex
}

/** Every call that either side makes. */
const ABI = parseAbi([
  'function create(uint32 gameType, bytes32 rootClaim, bytes extraData) payable',
  'function move(bytes32 disputed, uint256 challengeIndex, bytes32 claim, bool isAttack) payable',
  'function step(uint256 claimIndex, bool isAttack, bytes stateData, bytes proof)',
  'function addLocalData(uint256 ident, uint256 execLeafIdx, uint256 partOffset)',
  'function resolveClaim(uint256 claimIndex, uint256 numToResolve)',
  'function resolve()',
  'function claimCredit(address recipient)',
  'function loadKeccak256PreimagePart(uint256 partOffset, bytes preimage)',
  'function loadSha256PreimagePart(uint256 partOffset, bytes preimage)',
  'function loadBlobPreimagePart(uint256 z, uint256 y, bytes commitment, bytes proof, uint256 partOffset)',
  'function loadPrecompilePreimagePart(uint256 partOffset, address precompile, uint64 requiredGas, bytes input)',
  'function initLPP(uint256 uuid, uint32 partOffset, uint32 claimedSize)',
  'function absorbLPP(uint256 uuid, uint256 start, bytes input)',
])

/** The machine's counter of steps in its state: docs/riscv.md, "State". */
const STEP_AT = 82

/** All transactions of the accounts in a range of L1 blocks, in order. */
export async function spentBy(
  client: PublicClient,
  accounts: readonly Address[],
  fromBlock: bigint,
  toBlock: bigint,
): Promise<readonly Spent[]> {
  const spent: Spent[] = []
  for (let number = fromBlock; number <= toBlock; number++) {
    const block = await client.getBlock({ blockNumber: number, includeTransactions: true })
    for (const { hash, from, input } of block.transactions) {
      if (!accounts.includes(from.toLowerCase() as Address)) continue
      const { gasUsed, status } = await client.getTransactionReceipt({ hash })
      spent.push({
        from: from.toLowerCase() as Address,
        name: decodeFunctionData({ abi: ABI, data: input }).functionName,
        reverted: status === 'reverted',
        gas: gasUsed,
        timestamp: block.timestamp,
        input,
      })
    }
  }
  return spent
}

export function total(spent: readonly Spent[]): bigint {
  return spent.reduce((sum, { gas }) => sum + gas, 0n)
}

/** Which instruction of the run a `step` executed, counted from 0. */
export function executedStep({ input }: Spent): bigint {
  const { functionName, args } = decodeFunctionData({ abi: ABI, data: input })
  if (functionName !== 'step') throw new Error(`${functionName} executes nothing`)
  const [, , stateData] = args
  return BigInt(`0x${stateData.slice(2 + 2 * STEP_AT, 2 + 2 * (STEP_AT + 8))}`)
}

/** What the OP Stack's FaultDisputeGame takes at depth 73, whole transactions, in thousands. */
const PEER: Readonly<Record<string, string>> = {
  create: '421',
  move: '253',
  step: '302-313',
  resolveClaim: '119-170',
}

/** By call: how often, gas in thousands from the least to the most, the OP Stack's. */
export function gasRows(spent: readonly Spent[]): readonly (readonly string[])[] {
  const done = spent.filter(({ reverted }) => !reverted)
  const names = [...new Set(done.map(({ name }) => name))]
  return names.map((name) => {
    const gas = done.filter((each) => each.name === name).map((each) => Number(each.gas) / 1000)
    const [least, most] = [Math.min(...gas), Math.max(...gas)]
    return [
      name,
      String(gas.length),
      least.toFixed(0),
      median(gas).toFixed(0),
      most.toFixed(0),
      PEER[name] ?? '',
    ]
  })
}
