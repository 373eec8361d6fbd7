import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import {
  type Address,
  concatHex,
  encodeAbiParameters,
  type Hash,
  type Hex,
  keccak256,
  parseAbi,
  parseEther,
  toRlp,
  zeroHash,
} from 'viem'
import { getL2TransactionHashes } from 'viem/op-stack'
import { eventually } from '../../launch/test/eventually.ts'
import { addressOf, type Clients, clientsOf } from './helpers/clients.ts'
import { type Court, openCourt } from './helpers/dispute.ts'
import { type Network, startNetwork } from './helpers/network.ts'
import { threeChains } from './helpers/three-chains.ts'
import { finalize, prove, WITHDRAWAL_PATIENCE, withdrawalStatus } from './helpers/withdrawal.ts'

// A stock viem takes ether from L2 to L1 through `altlayer up` as it is, whose proposer and player do the rest; a thief
// tries with a root of his own.
// Beside it, since withdrawals take minutes, ALT goes around three chains.

const folder = mkdtempSync(join(tmpdir(), 'altlayer-withdrawal-'))
let network: Network
let clients: Clients
let court: Court

const PORTAL_ABI = parseAbi([
  'struct Withdrawal { uint256 nonce; address sender; address target; uint256 value; uint256 gasLimit; bytes data; }',
  'struct OutputRootProof { bytes32 version; bytes32 stateRoot; bytes32 messagePasserStorageRoot; bytes32 latestBlockhash; }',
  'function proveWithdrawalTransaction(Withdrawal tx, uint256 disputeGameIndex, OutputRootProof proof, bytes[] withdrawalProof)',
  'function finalizeWithdrawalTransaction(Withdrawal tx)',
  'function finalizedWithdrawals(bytes32 hash) view returns (bool)',
  'function proofMaturityDelaySeconds() view returns (uint256)',
])

before(async () => {
  network = await startNetwork(join(folder, 'network'), ['--proposal-interval', '5'])
  clients = clientsOf(network)
  court = await openCourt(network)
})

after(async () => {
  await court?.close()
  await network?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** A withdrawal that nobody made, in a trie of its own, and the root claim that contains it. */
function forge(thief: Address) {
  const withdrawal = {
    nonce: (1n << 240n) + 7n,
    sender: thief,
    target: thief,
    value: parseEther('1000'),
    gasLimit: 100_000n,
    data: '0x',
  } as const
  const hash = keccak256(
    encodeAbiParameters(
      [
        { type: 'uint256' },
        { type: 'address' },
        { type: 'address' },
        { type: 'uint256' },
        { type: 'uint256' },
        { type: 'bytes' },
      ],
      [
        withdrawal.nonce,
        withdrawal.sender,
        withdrawal.target,
        withdrawal.value,
        withdrawal.gasLimit,
        withdrawal.data,
      ],
    ),
  )
  // sentMessages[hash] = true, alone in the trie: a leaf with the whole path.
  const slot = keccak256(concatHex([hash, zeroHash]))
  const leaf = toRlp([concatHex(['0x20', keccak256(slot)]), '0x01'])
  const output = {
    version: zeroHash,
    stateRoot: keccak256('0x01'),
    messagePasserStorageRoot: keccak256(leaf),
    latestBlockhash: keccak256('0x02'),
  } as const
  const { version, stateRoot, messagePasserStorageRoot, latestBlockhash } = output
  const rootClaim = keccak256(
    concatHex([version, stateRoot, messagePasserStorageRoot, latestBlockhash]),
  )
  return { withdrawal, hash, output, rootClaim, proof: [leaf] as readonly Hex[] }
}

const said = () => network.output()
const refusal = (error: unknown) => String((error as { shortMessage?: string }).shortMessage)

describe('across chains', { concurrency: true }, () => {
  describe('a withdrawal', { concurrency: 1 }, () => {
    let stolen: ReturnType<typeof forge>
    let falseGame: Address
    const thiefKey = () => network.accounts[2]?.privateKey as Hex

    it('against a false root can be proven while its game runs, never finalized', async () => {
      const thief = clientsOf(network, thiefKey())
      await thief.l1Wallet.depositTransaction({
        request: { gas: 100_000n, mint: parseEther('2000'), to: thief.account.address },
        targetChain: thief.chains.l2,
      })
      stolen = forge(thief.account.address)
      falseGame = await court.create(thiefKey(), stolen.rootClaim, 3n)
      const { games } = await court.games()
      const index = games.findIndex(({ address }) => address === falseGame)
      assert.ok(index >= 0)
      const portal = addressOf(network, 'OptimismPortalProxy')
      const hash = await thief.l1Wallet.writeContract({
        address: portal,
        abi: PORTAL_ABI,
        functionName: 'proveWithdrawalTransaction',
        args: [stolen.withdrawal, BigInt(index), stolen.output, stolen.proof],
      })
      const { status } = await thief.l1.waitForTransactionReceipt({ hash })
      assert.equal(status, 'success')
      await assert.rejects(finalizeStolen(thief), (error) => refusal(error).length > 0)
    })

    const finalizeStolen = (thief: Clients) =>
      thief.l1.simulateContract({
        account: thief.account,
        address: addressOf(network, 'OptimismPortalProxy'),
        abi: PORTAL_ABI,
        functionName: 'finalizeWithdrawalTransaction',
        args: [stolen.withdrawal],
      })

    it('against the right root arrives, with nothing but viem', { timeout: 900_000 }, async () => {
      const { l1, l2, l1Wallet, l2Wallet, account, chains } = clients
      const deposit = await l1Wallet.depositTransaction({
        request: { gas: 100_000n, mint: parseEther('2'), to: account.address },
        targetChain: chains.l2,
      })
      const deposited = await l1.waitForTransactionReceipt({ hash: deposit })
      // It takes a nonce of the account on L2 too.
      const [arrival] = getL2TransactionHashes(deposited)
      assert.ok(arrival)
      await l2.waitForTransactionReceipt({ hash: arrival })
      const target = '0x00000000000000000000000000000000000000f7'
      const before = await l1.getBalance({ address: target })
      const initiated = await l2Wallet.initiateWithdrawal({
        request: { gas: 100_000n, to: target, value: parseEther('1') },
      })
      const receipt = await l2.waitForTransactionReceipt({ hash: initiated })
      const proven = await prove(clients, receipt)
      const finalized = await finalize(clients, receipt, said)
      const delay = await l1.readContract({
        address: addressOf(network, 'OptimismPortalProxy'),
        abi: PORTAL_ABI,
        functionName: 'proofMaturityDelaySeconds',
      })
      assert.ok(delay > 0n && finalized - proven > delay)
      assert.equal((await l1.getBalance({ address: target })) - before, parseEther('1'))
      assert.equal(await withdrawalStatus(clients, receipt), 'finalized')
    })

    it('against the false root stays impossible when its game is over', async () => {
      await eventually(
        'the game is over',
        async () => (await court.game(falseGame)).status !== 'in-progress',
        said,
        { interval: 500, patience: WITHDRAWAL_PATIENCE },
      )
      assert.equal((await court.game(falseGame)).status, 'challenger-wins')
      const thief = clientsOf(network, thiefKey())
      await assert.rejects(finalizeStolen(thief))
      const done = await thief.l1.readContract({
        address: addressOf(network, 'OptimismPortalProxy'),
        abi: PORTAL_ABI,
        functionName: 'finalizedWithdrawals',
        args: [stolen.hash as Hash],
      })
      assert.equal(done, false)
    })
  })

  threeChains(() => network)
})
