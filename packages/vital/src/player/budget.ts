/** Ether that may be put at stake, in wei. */
export interface Budget {
  /** What L1 showed at a block. */
  update(seen: {
    readonly block: bigint
    /** The last block that was seen is no longer L1's. */
    readonly reorganised: boolean
    /** In claims of this account that are not settled. */
    readonly staked: bigint
    /** What the account has. */
    readonly balance: bigint
  }): void
  /** Takes a bond for a move; a Shortage when it is beyond what there is. */
  take(bond: bigint, about: Stakes): Taken | Shortage
}

/**
 * What a lost game costs: withdrawals that nobody made leave by a false root claim that stands, while a true one that
 * falls is proposed again.
 */
export type Stakes = 'false-root' | 'true-root'

export interface Taken {
  readonly kind: 'taken'
  /** The move is in an L1 block. */
  included(block: bigint): void
  /** It was not made. */
  giveBack(): void
}

export interface Shortage {
  readonly kind: 'limit' | 'balance'
  readonly left: bigint
}

/** Kept for gas: some hundred moves and steps at 100 gwei. */
const GAS_RESERVE = 5n * 10n ** 18n
/** Of what may be at stake this part is only for false root claims: defending true ones can use up the rest. */
const FALSE_ROOT_PART = 4n

/**
 * Counts bonds of moves under way too: L1 shows them only later.
 * @param maxBonds Wei at stake at most.
 */
export function createBudget(maxBonds: bigint): Budget {
  /** Bonds of moves until the L1 block that they are in is looked at; undefined while in none. */
  const underway = new Set<{ readonly bond: bigint; block: bigint | undefined }>()
  let staked = 0n
  let balance = 0n

  return {
    update(seen) {
      staked = seen.staked
      balance = seen.balance
      for (const move of underway)
        if (move.block !== undefined && (seen.reorganised || move.block <= seen.block))
          underway.delete(move)
    },
    take(bond, about) {
      const reserved = about === 'true-root' ? 1n : 0n
      const moving = [...underway].reduce((sum, each) => sum + each.bond, 0n)
      const byLimit = maxBonds - staked - moving - (reserved * maxBonds) / FALSE_ROOT_PART
      if (bond > byLimit) return { kind: 'limit', left: most(byLimit, 0n) }
      const funds = balance + staked
      const byBalance = balance - moving - gasReserve(funds) - (reserved * funds) / FALSE_ROOT_PART
      if (bond > byBalance) return { kind: 'balance', left: most(byBalance, 0n) }
      const move = { bond, block: undefined as bigint | undefined }
      underway.add(move)
      return {
        kind: 'taken',
        included(block) {
          move.block = block
        },
        giveBack: () => underway.delete(move),
      }
    },
  }
}

/** An account that has little keeps a tenth. */
function gasReserve(funds: bigint): bigint {
  const tenth = funds / 10n
  return tenth < GAS_RESERVE ? tenth : GAS_RESERVE
}

function most(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
