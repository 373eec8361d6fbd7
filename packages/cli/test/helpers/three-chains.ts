import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type Anvil, devAccount, startAnvil } from '@altlayer/launch'
import { connectL1, type L1Client, opStackArtifact, ownArtifact } from '@altlayer/launch/deploy'
import {
  ALT_SUPPLY,
  type AltDeployment,
  bridgeCalls,
  type Call,
  claimCalls,
  deployAlt,
  readAltConfig,
  sendCalls,
  simulate,
} from '@altlayer/restaking'
import {
  type Address,
  encodeFunctionData,
  type Hash,
  type Hex,
  keccak256,
  parseEther,
  parseEventLogs,
  stringToHex,
  type TransactionReceipt,
} from 'viem'
import { eventually } from '../../../launch/test/eventually.ts'
import { sendIndependent } from '../../../restaking/src/operations/send.ts'
import { LAUNCHPOOL, LOCAL_CONFIG } from '../../../restaking/test/helpers.ts'
import { addressOf, clientsOf } from './clients.ts'
import type { Network } from './network.ts'
import { finalize, prove, WITHDRAWAL_PATIENCE } from './withdrawal.ts'

// ALT on L1, on a rollup and on a third chain: through the OP Stack's own bridges and messengers between the
// first two, by ERC-7802 between all.

const L2_BRIDGE: Address = '0x4200000000000000000000000000000000000010'
const L2_MESSENGER: Address = '0x4200000000000000000000000000000000000007'
const BNB_CHAIN = 56

/** Development accounts that neither the rollup nor its users have. */
const [DEPLOYER, BRIDGE, STRANGER] = [22, 23, 24]

/** A token a second: what is held back above it can pass soon. */
const STANDARD_CAP = parseEther('86400')
/** More than comes back to the limit from one L1 block to the next. */
const ABOVE_CAP = parseEther('120')
const BRIDGE_CAP = parseEther('5000')

const alt = ownArtifact('AltToken').abi
const messenger = opStackArtifact('L2CrossDomainMessenger').abi

type Name = 'home' | 'rollup' | 'bnb'
const NAMES = ['home', 'rollup', 'bnb'] as const

/** A message between the two messengers, by what names it on the other side. */
interface Message {
  readonly to: 'home' | 'rollup'
  readonly amount: bigint
  readonly hash: Hash
  readonly relay: Hex
}

interface World {
  readonly token: Address
  readonly deployments: Readonly<Record<Name, AltDeployment>>
  readonly chainIds: Readonly<Record<Name, number>>
  client(name: Name, index: number): Promise<L1Client>
}

/** Deploys ALT on the three chains by one account, as `altlayer alt deploy` does. */
async function deployEverywhere(network: Network, third: Anvil, folder: string): Promise<World> {
  const chainIds = { home: network.l1.chainId, rollup: network.l2.chainId, bnb: BNB_CHAIN }
  const urls = { home: network.l1.url, rollup: network.l2.url, bnb: third.url }
  const client = (name: Name, index: number) => {
    const { privateKey: key } = devAccount(index)
    const mine = name === 'bnb' ? { mine: third.mine } : {}
    return connectL1({ url: urls[name], key, chainId: chainIds[name], ...mine })
  }
  const own = { bridge: devAccount(BRIDGE).address, mintCap: BRIDGE_CAP, burnCap: BRIDGE_CAP }
  const config = {
    ...readAltConfig(LOCAL_CONFIG),
    // Another ALT than one that the network may have brought along.
    salt: keccak256(stringToHex('three chains')),
    homeChainId: chainIds.home,
    bridges: [
      ...NAMES.map((name) => ({ ...own, chainId: chainIds[name] })),
      {
        chainId: chainIds.rollup,
        bridge: L2_BRIDGE,
        mintCap: STANDARD_CAP,
        burnCap: STANDARD_CAP,
      },
    ],
  }
  const deploy = async (name: Name) =>
    deployAlt({
      client: await client(name, DEPLOYER),
      config,
      statePath: join(folder, `${name}.json`),
    })
  const [home, rollup, bnb] = await Promise.all([deploy('home'), deploy('rollup'), deploy('bnb')])
  const token = home.contracts.AltToken as Address
  return { token, deployments: { home, rollup, bnb }, chainIds, client }
}

/** Registers the suite. @param network A network that proposes output roots, with its player. */
export function threeChains(network: () => Network): void {
  describe('ALT on three chains', { concurrency: 1 }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'altlayer-three-chains-'))
    const holder = devAccount(LAUNCHPOOL).address
    const bridge = devAccount(BRIDGE).address
    const said = () => network().output()
    let third: Anvil
    let world: World
    /** Sent between L1 and the rollup. */
    const messages: Message[] = []
    /** Burned by the bridge of ERC-7802 and not minted yet. */
    let carried = 0n

    before(async () => {
      third = await startAnvil({ folder, port: 0, chainId: BNB_CHAIN, blockTime: 600 })
      world = await deployEverywhere(network(), third, folder)
      const client = await world.client('home', LAUNCHPOOL)
      const claims = await claimCalls(client.public, client, world.deployments.home, holder)
      await sendCalls(client, claims)
    })

    after(async () => {
      await third?.stop()
      rmSync(folder, { recursive: true, force: true })
    })

    const escrow = () => addressOf(network(), 'L1StandardBridgeProxy')
    const messengers = () => ({
      home: addressOf(network(), 'L1CrossDomainMessengerProxy'),
      rollup: L2_MESSENGER,
    })

    /** Reads of one chain, all of one block. */
    async function at(name: Name) {
      const { public: rpc } = await world.client(name, STRANGER)
      const blockNumber = await rpc.getBlockNumber({ cacheTime: 0 })
      const read = async (
        address: Address,
        functionName: string,
        args: readonly unknown[] = [],
      ) => {
        const abi = address === world.token ? alt : messenger
        return (await rpc.readContract({ address, abi, functionName, args, blockNumber })) as never
      }
      return {
        supply: (): Promise<bigint> => read(world.token, 'totalSupply'),
        balance: (who: Address): Promise<bigint> => read(world.token, 'balanceOf', [who]),
        async inFlight(): Promise<bigint> {
          const due = messages.filter(({ to }) => to === name)
          const arrived = await Promise.all(
            due.map(({ hash, to }) => read(messengers()[to], 'successfulMessages', [hash])),
          )
          return due.reduce((sum, { amount }, i) => sum + (arrived[i] ? 0n : amount), 0n)
        },
      }
    }

    /**
     * Whatever moves: what the three chains hold, without what L1's bridge has locked, and what is on its way
     * make up the supply. The rollup is read first: what it has not got then, L1 has sent before.
     */
    async function assertConserved(): Promise<void> {
      const rollup = await at('rollup')
      const home = await at('home')
      const bnb = await at('bnb')
      const parts = await Promise.all([
        home.supply(),
        home.balance(escrow()).then((locked) => -locked),
        home.inFlight(),
        rollup.supply(),
        rollup.inFlight(),
        bnb.supply(),
      ])
      const total = parts.reduce((sum, part) => sum + part, carried)
      assert.equal(total, ALT_SUPPLY, `${parts.join(' + ')} + ${carried} is not the supply`)
    }

    const call = (name: string, args: readonly unknown[]): Call => ({
      title: name,
      to: world.token,
      data: encodeFunctionData({ abi: alt, functionName: name, args }),
    })

    async function refused(
      name: Name,
      from: Address,
      functionName: string,
      args: readonly unknown[],
      why: RegExp,
    ): Promise<void> {
      const { public: rpc } = await world.client(name, STRANGER)
      await assert.rejects(simulate(rpc, from, [call(functionName, args)]), why)
    }

    /** Sends ALT through a chain's StandardBridge, amount after amount at once; what it says is remembered. */
    async function throughStandardBridge(from: 'home' | 'rollup', ...amounts: readonly bigint[]) {
      const client = await world.client(from, LAUNCHPOOL)
      const through = from === 'home' ? escrow() : L2_BRIDGE
      const callsFor = (amount: bigint) => bridgeCalls(world.deployments[from], through, amount)
      const all = amounts.reduce((sum, amount) => sum + amount)
      await sendCalls(client, callsFor(all).slice(0, -1))
      const hashes = await sendIndependent(
        client,
        amounts.flatMap((amount) => callsFor(amount).slice(-1)),
      )
      const receipts = await client.receipts(hashes)
      return receipts.map((receipt, i) => {
        const amount = amounts[i] as bigint
        const message = messageOf(receipt, from === 'home' ? 'rollup' : 'home', amount)
        messages.push(message)
        return { receipt, message }
      })
    }

    it('has one address, one owner, and its supply at home alone', async () => {
      const { token, deployments } = world
      for (const name of NAMES) {
        const client = await world.client(name, STRANGER)
        assert.equal(deployments[name].contracts.AltToken, token)
        assert.equal(
          deployments[name].contracts.TimelockController,
          deployments.home.contracts.TimelockController,
        )
        assert.equal(
          (await client.read<Address>(token, alt, 'owner')).toLowerCase(),
          deployments.home.contracts.TimelockController,
        )
        const { supply } = await at(name)
        assert.equal(await supply(), name === 'home' ? ALT_SUPPLY : 0n)
      }
      await assertConserved()
    })

    it('is minted by named bridges alone', async () => {
      const args = [holder, 1n]
      const names = ['crosschainMint', 'crosschainBurn', 'mint', 'burn']
      for (const chain of NAMES)
        for (const name of names) {
          await refused(chain, devAccount(STRANGER).address, name, args, /NotBridge/)
          // At home ALT is locked with the StandardBridge, not the bridge's to mint.
          await refused(chain, escrow(), name, args, /NotBridge/)
          if (chain !== 'rollup') await refused(chain, L2_BRIDGE, name, args, /NotBridge/)
        }
    })

    it('moves from L1 to the rollup, and what is above the limit waits', async () => {
      // At once: a limit that has refilled before the second arrives would hold nothing back.
      const [whole, above] = await throughStandardBridge('home', STANDARD_CAP, ABOVE_CAP)
      assert.ok(whole && above)
      await assertConserved()
      assert.equal(await (await at('home')).balance(escrow()), STANDARD_CAP + ABOVE_CAP)
      const stranger = await world.client('rollup', STRANGER)
      const told = (name: string, { hash }: Message) =>
        stranger.read<boolean>(L2_MESSENGER, messenger, name, [hash])
      await eventually('one arrives', () => told('successfulMessages', whole.message), said)
      await eventually('the other waits', () => told('failedMessages', above.message), said)
      assert.equal(await (await at('rollup')).balance(holder), STANDARD_CAP)
      assert.equal(await told('successfulMessages', above.message), false)
      await assertConserved()
    })

    /** What withdraws, until it is finalized: minutes, in which other things move. */
    let withdrawal: {
      readonly amount: bigint
      readonly message: Message
      readonly home: bigint
      readonly locked: bigint
      readonly settled: Promise<unknown>
    }

    it('is burned on the rollup to come back', async () => {
      const clients = clientsOf(network(), devAccount(STRANGER).privateKey)
      const amount = parseEther('1000')
      const before = await at('home')
      const [home, locked] = await Promise.all([before.balance(holder), before.balance(escrow())])
      const supply = await (await at('rollup')).supply()
      const [burned] = await throughStandardBridge('rollup', amount)
      assert.ok(burned)
      const { receipt, message } = burned
      assert.equal(await (await at('rollup')).supply(), supply - amount)
      await assertConserved()
      const settled = prove(clients, receipt).then(() => finalize(clients, receipt, said))
      settled.catch(() => undefined)
      withdrawal = { amount, message, home, locked, settled }
    })

    it('moves by ERC-7802 around all three, within the limits', async () => {
      const ring = [
        ['rollup', 'bnb'],
        ['bnb', 'home'],
        ['home', 'bnb'],
        ['bnb', 'rollup'],
      ] as const
      const amount = parseEther('2000')
      for (const [from, to] of ring) {
        const before = [await (await at(from)).supply(), await (await at(to)).supply()] as const
        await sendCalls(await world.client(from, BRIDGE), [
          call('crosschainBurn', [holder, amount]),
        ])
        carried += amount
        await assertConserved()
        await sendCalls(await world.client(to, BRIDGE), [call('crosschainMint', [holder, amount])])
        carried -= amount
        await assertConserved()
        assert.equal(await (await at(from)).supply(), before[0] - amount)
        assert.equal(await (await at(to)).supply(), before[1] + amount)
      }
      // Both used 2 000 of 5 000 a day, one 4 000.
      const tooMuch = [holder, parseEther('3500')]
      await refused('rollup', bridge, 'crosschainBurn', tooMuch, /BridgeLimitExceeded/)
      await refused('home', bridge, 'crosschainMint', tooMuch, /BridgeLimitExceeded/)
      await refused('bnb', bridge, 'crosschainMint', [holder, amount], /BridgeLimitExceeded/)
      await refused('rollup', bridge, 'crosschainMint', [holder, BRIDGE_CAP + 1n], /LimitExceeded/)
    })

    it('that waited arrives once the limit has refilled', async () => {
      const client = await world.client('rollup', STRANGER)
      const waiting = messages[1] as Message
      await eventually(
        'the limit has refilled',
        async () =>
          (await client.read<bigint>(world.token, alt, 'mintable', [L2_BRIDGE])) >= waiting.amount,
        said,
        { interval: 500, patience: WITHDRAWAL_PATIENCE },
      )
      const before = await (await at('rollup')).balance(holder)
      // An estimate is the least gas with which relaying may fail and be tried again, not succeed.
      const { pending } = await client.nonces()
      const request = { to: L2_MESSENGER, data: waiting.relay, gas: 1_000_000n }
      await client.receipts(await client.send([request], pending))
      assert.equal(await (await at('rollup')).balance(holder), before + waiting.amount)
      await assertConserved()
      assert.equal(await (await at('rollup')).inFlight(), 0n)
    })

    it('comes back when the withdrawal is final', { timeout: 900_000 }, async () => {
      const { amount, message, home, locked, settled } = withdrawal
      await settled
      const after = await at('home')
      assert.equal(await after.inFlight(), 0n)
      assert.equal(await after.balance(holder), home + amount)
      assert.equal(await after.balance(escrow()), locked - amount)
      const told = await (await world.client('home', STRANGER)).read<boolean>(
        messengers().home,
        messenger,
        'successfulMessages',
        [message.hash],
      )
      assert.equal(told, true)
      await assertConserved()
    })
  })
}

/** What a transaction had the messenger say, as the other messenger knows it. */
function messageOf(receipt: TransactionReceipt, to: Message['to'], amount: bigint): Message {
  const logs = parseEventLogs({ abi: messenger, logs: receipt.logs }) as readonly {
    readonly eventName: string
    readonly args: unknown
  }[]
  const find = (name: string) => logs.find(({ eventName }) => eventName === name)?.args
  const sent = find('SentMessage') as {
    readonly target: Address
    readonly sender: Address
    readonly message: Hex
    readonly messageNonce: bigint
    readonly gasLimit: bigint
  }
  const { messageNonce, sender, target, gasLimit, message } = sent
  const relay = encodeFunctionData({
    abi: messenger,
    functionName: 'relayMessage',
    args: [messageNonce, sender, target, 0n, gasLimit, message],
  })
  return { to, amount, relay, hash: keccak256(relay) }
}
