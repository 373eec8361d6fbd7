import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
  type Address,
  decodeHoloceneExtraData,
  EMPTY_REQUESTS_HASH,
  type GenesisAccount,
  genesisToJson,
  type Hash,
  type Hex,
  headerHash,
  hexToBytes,
  PREDEPLOYS,
  parseGenesis,
  predeployImplementation,
} from '@altlayer/protocol'
import { type Abi, encodeDeployData, encodeFunctionData } from 'viem'
import { DEV_BALANCE, devAccount, fundedAddresses } from '../../src/accounts.ts'
import { opStackArtifact } from '../../src/artifacts.ts'
import { GENESIS_PREDEPLOYS, type PredeployName, predeploy } from '../../src/genesis/addresses.ts'
import { buildGenesis, type GenesisConfig } from '../../src/genesis/genesis.ts'
import { preinstalls } from '../../src/genesis/preinstalls.ts'
import { stateRoot } from '../../src/genesis/state-root.ts'
import { rpc } from '../../src/l1/rpc.ts'
import { bareAnvil, temporaryFolder } from '../helpers.ts'

const address = (digit: string): Address => `0x${digit.repeat(40)}`

const CONFIG: GenesisConfig = {
  l1ChainId: 900,
  l2ChainId: 901,
  l1CrossDomainMessenger: address('1'),
  l1StandardBridge: address('2'),
  l1ERC721Bridge: address('3'),
  owner: address('4'),
  feeRecipient: address('5'),
  timestamp: 1_700_000_000n,
  gasLimit: 60_000_000n,
  funded: fundedAddresses().map((funded) => ({ address: funded, balance: DEV_BALANCE })),
}

const built = buildGenesis(CONFIG)
const accounts = new Map(built.genesis.alloc.map((account) => [account.address, account]))
const account = (of: Address): GenesisAccount => {
  const found = accounts.get(of)
  assert.ok(found, `${of} is in the genesis`)
  return found
}

test('the same inputs give the same block; every input changes it', () => {
  assert.equal(buildGenesis(CONFIG).hash, built.hash)
  const changes: readonly Partial<GenesisConfig>[] = [
    { l1ChainId: 1 },
    { l2ChainId: 902 },
    { l1CrossDomainMessenger: address('a') },
    { l1StandardBridge: address('a') },
    { l1ERC721Bridge: address('a') },
    { owner: address('a') },
    { feeRecipient: address('a') },
    { timestamp: 1n },
    { gasLimit: 30_000_000n },
    { funded: [] },
    { eip1559: { denominator: 50n, denominatorCanyon: 250n, elasticity: 10n } },
  ]
  const hashes = changes.map((change) => buildGenesis({ ...CONFIG, ...change }).hash)
  assert.equal(new Set([built.hash, ...hashes]).size, changes.length + 1)
})

test('the header is that of a chain with Isthmus active at genesis', () => {
  const { header } = built
  assert.equal(headerHash(header), built.hash)
  assert.deepEqual(decodeHoloceneExtraData(header.extraData), { denominator: 250, elasticity: 6 })
  // Specs, "Isthmus": the message passer's storage root.
  assert.equal(
    header.withdrawalsRoot,
    '0x8ed4baae3a927be3dea54996b4d5899f8c01e7594bf50b17dc1e741388ce3d12',
  )
  assert.equal(header.requestsHash, EMPTY_REQUESTS_HASH)
  assert.equal(header.blobGasUsed, 0n)
  assert.equal(header.excessBlobGas, 0n)
  assert.equal(header.parentBeaconBlockRoot, `0x${'00'.repeat(32)}`)
  assert.equal(header.miner, PREDEPLOYS.SequencerFeeVault)
})

test('the genesis file holds the genesis', () => {
  const json = JSON.parse(JSON.stringify(genesisToJson(built.genesis)))
  const { otherConfig, ...parsed } = parseGenesis(json)
  const { otherConfig: none, ...expected } = built.genesis
  assert.deepEqual(parsed, expected)
  assert.deepEqual([otherConfig.terminalTotalDifficulty, none], [0, {}])
})

test('every address of the namespace is a proxy with an admin, but for the two that are not proxied', () => {
  const { code } = account(predeploy(0x7ff))
  for (let index = 0; index < 2_048; index++) {
    if (index === 0x06) continue
    if (index === 0x42) {
      assert.equal(accounts.has(predeploy(index)), false, 'no governance token of another rollup')
      continue
    }
    assert.equal(account(predeploy(index)).code, code)
  }
  assert.notEqual(account(PREDEPLOYS.WETH).code, code)
})

test('precompiles have one wei, development accounts their ether', () => {
  assert.equal(account(`0x${'00'.repeat(19)}09`).balance, 1n)
  assert.equal(account(`0x${'00'.repeat(19)}ff`).balance, 1n)
  assert.equal(account(devAccount(0).address).balance, DEV_BALANCE)
})

test('preinstalls have code and the nonce of a created contract; their senders have spent theirs', () => {
  for (const { name, address: at, code } of preinstalls(901)) {
    assert.ok(code.length > 100, name)
    assert.deepEqual(account(at), { address: at, balance: 0n, nonce: 1n, code, storage: [] })
  }
  for (const sender of [
    '0x0b799c86a49deeb90402691f1041aa3af2d3c875',
    '0x3462413af4609098e1e27a490f554f260213d685',
  ] as const) {
    assert.equal(account(sender).nonce, 1n)
  }
})

// The rest is asked of a real EVM that starts from the genesis file.

let url = ''

async function anvilFromGenesis(t: TestContext): Promise<string> {
  const folder = temporaryFolder(t)
  const file = join(folder, 'genesis.json')
  writeFileSync(file, JSON.stringify(genesisToJson(built.genesis)))
  return bareAnvil(t, folder, [
    ...['--init', file, '--chain-id', '901', '--hardfork', 'prague', '--accounts', '1'],
    ...['--no-mining', '--gas-limit', '60000000'],
  ])
}

const DEV = devAccount(0).address

/** Storage that a call writes, zeroed slots left out. The overridden account starts without storage. */
async function writes(
  to: Address,
  input: Hex,
  overrides: Readonly<Record<Address, { code: Hex; state: Readonly<Record<Hash, Hash>> }>>,
): Promise<Readonly<Record<string, string>>> {
  const trace = await rpc<{ post: Record<Address, { storage?: Record<Hash, Hash> }> }>(
    url,
    'debug_traceCall',
    [
      { from: DEV, to, input, gas: '0x1c9c380' },
      'latest',
      {
        tracer: 'prestateTracer',
        tracerConfig: { diffMode: true },
        stateOverrides: overrides,
      },
    ],
  )
  return trace.post[to]?.storage ?? {}
}

/** The constructor's code and storage, had it run at the implementation's address. */
async function construct(at: Address, creation: Hex) {
  const overrides = { [at]: { code: creation, state: {} } }
  const code = await rpc<Hex>(url, 'eth_call', [{ from: DEV, to: at }, 'latest', overrides])
  return { code, storage: await writes(at, '0x', overrides) }
}

const creationCode = (artifact: { abi: Abi; bytecode: Hex }, args: readonly unknown[]) =>
  encodeDeployData({ abi: artifact.abi, bytecode: artifact.bytecode, args })

const VAULT_ARGS = [CONFIG.feeRecipient, 10n ** 19n, 1]

/** Constructor arguments of the predeploys whose constructors do something. */
const CONSTRUCTED: Readonly<Partial<Record<PredeployName, readonly [string, readonly unknown[]]>>> =
  {
    L2CrossDomainMessenger: ['L2CrossDomainMessenger', []],
    L2StandardBridge: ['L2StandardBridge', []],
    L2ERC721Bridge: ['L2ERC721Bridge', []],
    OptimismMintableERC20Factory: ['OptimismMintableERC20Factory', []],
    OptimismMintableERC721Factory: [
      'OptimismMintableERC721Factory',
      [PREDEPLOYS.L2ERC721Bridge, 900n],
    ],
    ProxyAdmin: ['ProxyAdmin', [CONFIG.owner]],
    SequencerFeeVault: ['SequencerFeeVault', VAULT_ARGS],
    BaseFeeVault: ['BaseFeeVault', VAULT_ARGS],
    L1FeeVault: ['L1FeeVault', VAULT_ARGS],
    OperatorFeeVault: ['BaseFeeVault', [PREDEPLOYS.BaseFeeVault, 0n, 1]],
    EAS: ['EAS', []],
    LegacyMessagePasser: ['LegacyMessagePasser', []],
    DeployerWhitelist: ['DeployerWhitelist', []],
    L1BlockNumber: ['L1BlockNumber', []],
    L2ToL1MessagePasser: ['L2ToL1MessagePasser', []],
    SchemaRegistry: ['SchemaRegistry', []],
  }

test('in a real EVM', async (t) => {
  url = await anvilFromGenesis(t)

  for (const [name, [artifactName, args]] of Object.entries(CONSTRUCTED)) {
    await t.test(`the constructor of ${name} leaves the genesis' code and storage`, async () => {
      const at = predeployImplementation(PREDEPLOYS[name as PredeployName])
      const made = await construct(at, creationCode(opStackArtifact(artifactName), args))
      assert.equal(made.code, account(at).code)
      assert.deepEqual(made.storage, Object.fromEntries(account(at).storage))
    })
  }

  const INITIALIZED = {
    L2CrossDomainMessenger: CONFIG.l1CrossDomainMessenger,
    L2StandardBridge: CONFIG.l1StandardBridge,
    L2ERC721Bridge: CONFIG.l1ERC721Bridge,
    OptimismMintableERC20Factory: PREDEPLOYS.L2StandardBridge,
  } as const
  for (const [name, argument] of Object.entries(INITIALIZED)) {
    await t.test(`initialize of ${name} leaves the genesis' storage`, async () => {
      const at = PREDEPLOYS[name as PredeployName]
      const { abi } = opStackArtifact(name)
      const data = encodeFunctionData({ abi, functionName: 'initialize', args: [argument] })
      // The proxy as before its initialization: admin and implementation slots alone.
      const bare = Object.fromEntries(account(predeploy(0x16)).storage)
      const implementationSlot = Object.keys(bare)[1] as Hash
      bare[implementationSlot] = `0x${predeployImplementation(at).slice(2).padStart(64, '0')}`
      const written = await writes(at, data, { [at]: { code: account(at).code, state: bare } })
      assert.deepEqual({ ...bare, ...written }, Object.fromEntries(account(at).storage))
    })
  }

  await t.test('every predeploy answers version() with its implementation', async () => {
    const data = '0x54fd4d50'
    const versions: Record<string, string> = {}
    for (const [name, at] of Object.entries(GENESIS_PREDEPLOYS)) {
      // From before versions, and not changed since.
      if (name === 'ProxyAdmin') continue
      const answer = await rpc<Hex>(url, 'eth_call', [{ to: at, data }, 'latest'])
      versions[name] = new TextDecoder().decode(
        hexToBytes(answer).subarray(64, 64 + Number(BigInt(`0x${answer.slice(66, 130)}`))),
      )
    }
    assert.deepEqual(versions, {
      LegacyMessagePasser: '1.1.0',
      DeployerWhitelist: '1.1.0',
      WETH: '1.0.0',
      L2CrossDomainMessenger: '2.1.0',
      GasPriceOracle: '1.4.0+altlayer.1',
      L2StandardBridge: '1.10.0',
      SequencerFeeVault: '1.4.1',
      OptimismMintableERC20Factory: '1.9.0',
      L1BlockNumber: '1.1.0',
      L2ERC721Bridge: '1.7.0',
      L1Block: '1.6.1+altlayer.1',
      L2ToL1MessagePasser: '1.1.0',
      OptimismMintableERC721Factory: '1.4.0',
      BaseFeeVault: '1.4.1',
      L1FeeVault: '1.4.1',
      OperatorFeeVault: '1.4.1',
      SchemaRegistry: '1.3.0',
      EAS: '1.4.0',
    })
  })

  await t.test('bridges, messenger and token factory know each other and L1', async () => {
    const read = async (name: PredeployName, functionName: string) => {
      const { abi } = opStackArtifact(name)
      const data = encodeFunctionData({ abi, functionName })
      const word = await rpc<Hex>(url, 'eth_call', [{ to: PREDEPLOYS[name], data }, 'latest'])
      return `0x${word.slice(-40)}`
    }
    assert.equal(
      await read('L2CrossDomainMessenger', 'otherMessenger'),
      CONFIG.l1CrossDomainMessenger,
    )
    assert.equal(await read('L2StandardBridge', 'otherBridge'), CONFIG.l1StandardBridge)
    assert.equal(await read('L2StandardBridge', 'messenger'), PREDEPLOYS.L2CrossDomainMessenger)
    assert.equal(await read('L2ERC721Bridge', 'otherBridge'), CONFIG.l1ERC721Bridge)
    assert.equal(await read('OptimismMintableERC20Factory', 'bridge'), PREDEPLOYS.L2StandardBridge)
    assert.equal(await read('ProxyAdmin', 'owner'), CONFIG.owner)
    assert.equal(await read('SequencerFeeVault', 'RECIPIENT'), CONFIG.feeRecipient)
  })

  await t.test('Permit2 has the domain of this chain', async () => {
    // DOMAIN_SEPARATOR() computes it anew when the cached chain id is not the chain's.
    const permit2 = '0x000000000022d473030f116ddee9f6b43ac78ba3'
    const answer = await rpc<Hex>(url, 'eth_call', [{ to: permit2, data: '0x3644e515' }, 'latest'])
    assert.ok(account(permit2).code.includes(answer.slice(2)))
  })

  await t.test('the state root is the one that anvil computes from the same accounts', async () => {
    await rpc(url, 'evm_mine', [])
    const block = await rpc<{ stateRoot: Hash; parentHash: Hash }>(url, 'eth_getBlockByNumber', [
      '0x1',
      false,
    ])
    // Block 1 begins with a system call of EIP-2935, which stores the parent's hash.
    const history = '0x0000f90827f1c53a10cb7a02335b175320002935'
    const slot: Hash = `0x${'00'.repeat(32)}`
    const after = built.genesis.alloc.map((each): GenesisAccount => {
      return each.address === history ? { ...each, storage: [[slot, block.parentHash]] } : each
    })
    assert.equal(stateRoot(after), block.stateRoot)
  })
})
