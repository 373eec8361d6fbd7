import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { ContractFactory, Interface, JsonRpcProvider, Wallet } from 'ethers'
import {
  type Address,
  type BaseError,
  ContractFunctionRevertedError,
  concat,
  createPublicClient,
  erc20Abi,
  type Hash,
  type Hex,
  keccak256,
  numberToHex,
  parseAbi,
  parseEther,
  serializeTransaction,
  type TransactionReceipt,
  webSocket,
  zeroHash,
} from 'viem'
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts'
import { getL2TransactionHashes } from 'viem/op-stack'
import { eventually } from '../../launch/test/eventually.ts'
import { addressOf, type Clients, clientsOf } from './helpers/clients.ts'
import { originOf } from './helpers/l1.ts'
import { type Network, startNetwork } from './helpers/network.ts'
import { run } from './helpers/process.ts'
import { compileToken, tokenAbi, tokenSource } from './helpers/token.ts'

const repository = join(import.meta.dirname, '../../..')

const folder = mkdtempSync(join(tmpdir(), 'altlayer-e2e-'))
let network: Network
let viem: Clients
let bytecode: Hex

before(async () => {
  network = await startNetwork(join(folder, 'data'))
  viem = clientsOf(network)
  bytecode = compileToken()
})

after(async () => {
  await network?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const said = () => network.output()
const newAddress = () => privateKeyToAddress(generatePrivateKey())

/** Receipt on L2 of the deposit that an L1 transaction made. */
async function depositReceipt(l1Hash: Hash) {
  const l1Receipt = await viem.l1.waitForTransactionReceipt({ hash: l1Hash })
  assert.equal(l1Receipt.status, 'success')
  const [hash] = getL2TransactionHashes(l1Receipt)
  assert.ok(hash, 'the L1 transaction made no deposit')
  const receipt = await viem.l2.waitForTransactionReceipt({ hash })
  return { l1Receipt, receipt }
}

async function deployToken(chain: 'l1' | 'l2', supply: bigint): Promise<Address> {
  const wallet = chain === 'l1' ? viem.l1Wallet : viem.l2Wallet
  const hash = await wallet.deployContract({ abi: tokenAbi, bytecode, args: [supply] })
  const receipt: TransactionReceipt =
    chain === 'l1'
      ? await viem.l1.waitForTransactionReceipt({ hash })
      : await viem.l2.waitForTransactionReceipt({ hash })
  assert.equal(receipt.status, 'success')
  assert.ok(receipt.contractAddress)
  return receipt.contractAddress
}

describe('deposits with viem', () => {
  it('mints ETH on L2 and calls with it', async () => {
    const to = newAddress()
    const value = parseEther('1.5')
    const args = await viem.l2.buildDepositTransaction({ mint: value, to })
    const { l1Receipt, receipt } = await depositReceipt(
      await viem.l1Wallet.depositTransaction(args),
    )
    assert.equal(receipt.status, 'success')
    assert.equal(receipt.type as string, '0x7e')
    assert.equal(await viem.l2.getBalance({ address: to }), value)
    const transaction = await viem.l2.getTransaction({ hash: receipt.transactionHash })
    assert.equal(transaction.type, 'deposit')
    assert.equal(transaction.mint, value)
    assert.equal(transaction.from.toLowerCase(), viem.account.address.toLowerCase())
    // The epoch's first block carries the deposits of its L1 origin.
    assert.equal(await originOf(viem, receipt.blockNumber), l1Receipt.blockNumber)
  })

  it('brings ETH over the standard bridge', async () => {
    const to = newAddress()
    const value = parseEther('0.25')
    const hash = await viem.l1Wallet.writeContract({
      address: addressOf(network, 'L1StandardBridgeProxy'),
      abi: parseAbi(['function bridgeETHTo(address to, uint32 minGasLimit, bytes data) payable']),
      functionName: 'bridgeETHTo',
      args: [to, 200_000, '0x'],
      value,
    })
    const { receipt } = await depositReceipt(hash)
    assert.equal(receipt.status, 'success')
    assert.equal(await viem.l2.getBalance({ address: to }), value)
  })

  it('brings an ERC-20 over the standard bridge', async () => {
    const amount = parseEther('1000')
    const l1Token = await deployToken('l1', amount)
    const l2Token = await createMintable(l1Token)
    const bridge = addressOf(network, 'L1StandardBridgeProxy')
    const approval = await viem.l1Wallet.writeContract({
      address: l1Token,
      abi: erc20Abi,
      functionName: 'approve',
      args: [bridge, amount],
    })
    await viem.l1.waitForTransactionReceipt({ hash: approval })
    const to = newAddress()
    const hash = await viem.l1Wallet.writeContract({
      address: bridge,
      abi: parseAbi([
        'function bridgeERC20To(address localToken, address remoteToken, address to, uint256 amount, uint32 minGasLimit, bytes data)',
      ]),
      functionName: 'bridgeERC20To',
      args: [l1Token, l2Token, to, amount, 300_000, '0x'],
    })
    const { receipt } = await depositReceipt(hash)
    assert.equal(receipt.status, 'success')
    const read = { address: l2Token, abi: erc20Abi, functionName: 'balanceOf', args: [to] } as const
    assert.equal(await viem.l2.readContract(read), amount)
  })
})

async function createMintable(l1Token: Address): Promise<Address> {
  const abi = parseAbi([
    'function createOptimismMintableERC20(address remoteToken, string name, string symbol) returns (address)',
    'event OptimismMintableERC20Created(address indexed localToken, address indexed remoteToken, address deployer)',
  ])
  const address = '0x4200000000000000000000000000000000000012'
  const hash = await viem.l2Wallet.writeContract({
    address,
    abi,
    functionName: 'createOptimismMintableERC20',
    args: [l1Token, 'Test Token', 'TEST'],
  })
  const { blockNumber } = await viem.l2.waitForTransactionReceipt({ hash })
  const [created] = await viem.l2.getContractEvents({
    address,
    abi,
    eventName: 'OptimismMintableERC20Created',
    fromBlock: blockNumber,
    toBlock: blockNumber,
  })
  const local = created?.args.localToken
  assert.ok(local)
  return local
}

describe('contracts with viem', () => {
  it('deploys, transfers, finds the logs', async () => {
    const token = await deployToken('l2', 1_000n)
    const to = newAddress()
    const hash = await viem.l2Wallet.writeContract({
      address: token,
      abi: tokenAbi,
      functionName: 'transfer',
      args: [to, 300n],
    })
    const receipt = await viem.l2.waitForTransactionReceipt({ hash })
    assert.equal(receipt.status, 'success')
    const events = await viem.l2.getContractEvents({
      address: token,
      abi: tokenAbi,
      eventName: 'Transfer',
      args: { to },
      fromBlock: 0n,
    })
    assert.deepEqual(
      events.map(({ args, transactionHash, blockHash, logIndex }) => ({
        value: args.value,
        transactionHash,
        blockHash,
        logIndex,
      })),
      [
        {
          value: 300n,
          transactionHash: hash,
          blockHash: receipt.blockHash,
          logIndex: receipt.logs[0]?.logIndex,
        },
      ],
    )
  })

  it('decodes the error of a call that reverts', async () => {
    const token = await deployToken('l2', 5n)
    const call = viem.l2.simulateContract({
      address: token,
      abi: tokenAbi,
      functionName: 'transfer',
      args: [newAddress(), 6n],
      account: viem.account,
    })
    await assert.rejects(call, (error: BaseError) => {
      const reverted = error.walk((cause) => cause instanceof ContractFunctionRevertedError)
      assert.ok(reverted instanceof ContractFunctionRevertedError)
      assert.equal(reverted.data?.errorName, 'InsufficientBalance')
      assert.deepEqual(reverted.data?.args?.slice(1), [5n, 6n])
      return true
    })
  })

  it('charges the L1 fee that the GasPriceOracle tells', async () => {
    const request = await viem.l2Wallet.prepareTransactionRequest({
      to: newAddress(),
      value: 1n,
      type: 'eip1559',
    })
    const before = await viem.l2.getBalance({ address: viem.account.address })
    const hash = await viem.l2Wallet.sendRawTransaction({
      serializedTransaction: await viem.account.signTransaction(request as never),
    })
    const receipt = await viem.l2.waitForTransactionReceipt({ hash })
    const oracle = '0x420000000000000000000000000000000000000F'
    const told = await viem.l2.readContract({
      address: oracle,
      abi: parseAbi(['function getL1Fee(bytes data) view returns (uint256)']),
      functionName: 'getL1Fee',
      args: [serializeTransaction({ ...request, type: 'eip1559' } as never)],
      blockNumber: receipt.blockNumber,
    })
    assert.ok(told > 0n)
    assert.equal(receipt.l1Fee, told)
    const after = await viem.l2.getBalance({ address: viem.account.address })
    assert.equal(before - after, 1n + receipt.gasUsed * receipt.effectiveGasPrice + told)
  })
})

describe('pending state', () => {
  it('counts a transaction before its block is sealed', async () => {
    const to = newAddress()
    const nonce = await viem.l2.getTransactionCount({ address: viem.account.address })
    const hash = await viem.l2Wallet.sendTransaction({ to, value: 7n, nonce })
    const counted = await viem.l2.getTransactionCount({
      address: viem.account.address,
      blockTag: 'pending',
    })
    assert.ok(counted > nonce)
    await viem.l2.waitForTransactionReceipt({ hash })
    assert.equal(await viem.l2.getBalance({ address: to, blockTag: 'pending' }), 7n)
    // In this order, since both go on.
    const latest = await viem.l2.getBlock({ blockTag: 'latest' })
    const pending = await viem.l2.getBlock({ blockTag: 'pending' })
    assert.ok(pending.timestamp >= latest.timestamp)
  })
})

describe('a WebSocket subscription', () => {
  it('sees new heads and logs', async () => {
    const token = await deployToken('l2', 100n)
    const client = createPublicClient({
      chain: viem.chains.l2,
      transport: webSocket(network.l2.webSocketUrl, { reconnect: false }),
    })
    const to = newAddress()
    const numbers: bigint[] = []
    const values: (bigint | undefined)[] = []
    const heads = client.watchBlockNumber({ onBlockNumber: (number) => numbers.push(number) })
    const logs = client.watchContractEvent({
      address: token,
      abi: tokenAbi,
      eventName: 'Transfer',
      args: { to },
      onLogs: (found) => values.push(...found.map(({ args }) => args.value)),
    })
    // The subscriptions stand once the server has answered something sent after them.
    await client.getChainId()
    await eventually('a head', () => numbers.length > 0, said)
    const hash = await viem.l2Wallet.writeContract({
      address: token,
      abi: tokenAbi,
      functionName: 'transfer',
      args: [to, 42n],
    })
    const { blockNumber } = await viem.l2.waitForTransactionReceipt({ hash })
    await eventually(
      'the log and its head',
      () => values.length > 0 && numbers.includes(blockNumber),
      said,
    )
    assert.deepEqual(values, [42n])
    const first = numbers[0] ?? 0n
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => first + BigInt(index)),
    )
    heads()
    logs()
    ;(await client.transport.getRpcClient()).close()
  })
})

describe('ethers', () => {
  it('deploys, transfers and finds the logs', async () => {
    // By default it takes a nonce that it asked for a quarter of a second ago for the next: after a quick block, one used.
    const options = { pollingInterval: 200, cacheTimeout: -1 }
    const provider = new JsonRpcProvider(network.l2.url, undefined, options)
    const wallet = new Wallet(network.accounts[1]?.privateKey as Hex, provider)
    const factory = new ContractFactory(new Interface(JSON.stringify(tokenAbi)), bytecode, wallet)
    const token = await factory.deploy(500n)
    await token.waitForDeployment()
    const to = newAddress()
    const transfer = await token.getFunction('transfer')(to, 200n)
    const receipt = await transfer.wait()
    assert.equal(receipt?.status, 1)
    const events = await token.queryFilter(token.getEvent('Transfer')(null, to))
    assert.deepEqual(
      events.map((event) => 'args' in event && event.args.getValue('value')),
      [200n],
    )
    const balance = await token.getFunction('balanceOf')(to)
    assert.equal(balance, 200n)
    provider.destroy()
  })
})

describe('foundry', () => {
  const tool = (name: 'cast' | 'forge') => join(repository, 'node_modules', '.bin', name)
  const key = () => network.accounts[2]?.privateKey as Hex

  it('sends ETH with cast send', async () => {
    const to = newAddress()
    const { code, stdout, stderr } = await run(tool('cast'), [
      ...['send', to, '--value', '0.1ether', '--private-key', key()],
      ...['--rpc-url', network.l2.url, '--json'],
    ])
    assert.equal(code, 0, stderr)
    assert.equal(JSON.parse(stdout).status, '0x1')
    const balance = await run(tool('cast'), ['balance', to, '--rpc-url', network.l2.url])
    assert.equal(balance.stdout.trim(), String(parseEther('0.1')))
  })

  it('deploys with forge create and calls with cast call', async () => {
    const project = join(folder, 'project')
    mkdirSync(join(project, 'src'), { recursive: true })
    writeFileSync(join(project, 'foundry.toml'), '[profile.default]\nevm_version = "prague"\n')
    copyFileSync(tokenSource, join(project, 'src', 'Token.sol'))
    const { code, stdout, stderr } = await run(tool('forge'), [
      ...['create', 'src/Token.sol:Token', '--root', project, '--broadcast', '--json'],
      ...['--use', join(repository, 'contracts', 'scripts', 'solc.sh')],
      ...['--private-key', key(), '--rpc-url', network.l2.url],
      ...['--constructor-args', '12345'],
    ])
    assert.equal(code, 0, stderr)
    const { deployedTo } = JSON.parse(stdout.slice(stdout.indexOf('{')))
    const supply = await run(tool('cast'), [
      ...['call', deployedTo, 'totalSupply()(uint256)', '--rpc-url', network.l2.url],
    ])
    assert.match(supply.stdout, /^12345\b/)
  })
})

describe('the rollup node', () => {
  const request = <T>(method: string, ...params: unknown[]) =>
    viem.l2.request({ method, params } as never) as Promise<T>

  it('tells heads that follow one another', async () => {
    // In this order, since all go on.
    const finalized = await viem.l2.getBlock({ blockTag: 'finalized' })
    const safe = await viem.l2.getBlock({ blockTag: 'safe' })
    const latest = await viem.l2.getBlock({ blockTag: 'latest' })
    assert.ok(finalized.number <= safe.number)
    assert.ok(safe.number <= latest.number)
    const status = await request<Record<string, { number: number }>>('optimism_syncStatus')
    assert.ok((status.safe_l2?.number ?? 0) <= (status.unsafe_l2?.number ?? 0))
    assert.ok((status.unsafe_l2?.number ?? 0) > 0)
    assert.ok((status.head_l1?.number ?? 0) > 0)
  })

  it('tells the output root of a block', async () => {
    const block = await viem.l2.getBlock()
    const output = await request<Record<string, Hex>>(
      'optimism_outputAtBlock',
      numberToHex(block.number),
    )
    const { withdrawalsRoot } = block as { withdrawalsRoot?: Hex }
    assert.equal(output.stateRoot, block.stateRoot)
    assert.equal(output.withdrawalStorageRoot, withdrawalsRoot)
    const words = [zeroHash, block.stateRoot, withdrawalsRoot as Hex, block.hash]
    assert.equal(output.outputRoot, keccak256(concat(words)))
  })

  it('follows SystemConfig on L1: the gas limit its owner sets', async () => {
    const owner = clientsOf(network, network.roleKeys.owner)
    const before = (await viem.l2.getBlock()).gasLimit
    const gasLimit = before - 1_000_000n
    const hash = await owner.l1Wallet.writeContract({
      address: addressOf(network, 'SystemConfigProxy'),
      abi: parseAbi(['function setGasLimit(uint64 gasLimit)']),
      functionName: 'setGasLimit',
      args: [gasLimit],
    })
    const { blockNumber } = await viem.l1.waitForTransactionReceipt({ hash })
    await eventually('L2 follows', async () => (await originOf(viem)) >= blockNumber, said)
    let block = await viem.l2.getBlock()
    while ((await originOf(viem, block.number)) >= blockNumber) {
      assert.equal(block.gasLimit, gasLimit)
      block = await viem.l2.getBlock({ blockHash: block.parentHash })
    }
    assert.equal(block.gasLimit, before)
  })

  it('keeps L2 time: a block every second, its L1 origin not younger than itself', async () => {
    const head = await viem.l2.getBlockNumber()
    const blocks = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        viem.l2.getBlock({ blockNumber: head - BigInt(index) }),
      ),
    )
    blocks.slice(1).forEach((block, index) => {
      assert.equal((blocks[index]?.timestamp ?? 0n) - block.timestamp, 1n)
    })
    for (const { number, timestamp } of blocks) {
      const origin = await viem.l1.getBlock({ blockNumber: await originOf(viem, number) })
      assert.ok(origin.timestamp <= timestamp)
    }
  })
})
