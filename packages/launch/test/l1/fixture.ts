// Deploys to the L1 at a URL as a process of its own, to be killed at any moment.
import { devDeployer } from '../../src/accounts.ts'
import { connectL1 } from '../../src/l1/client.ts'
import { allSteps } from '../../src/l1/op-stack.ts'
import { runSteps } from '../../src/l1/run.ts'
import { openStateFile } from '../../src/l1/state-file.ts'
import { TEST_DISPUTE, testConfig, ZERO_HASH } from '../helpers.ts'

const [url, statePath] = process.argv.slice(2)
if (!url || !statePath) throw new Error('usage: fixture.ts URL STATE')
const config = testConfig()
const { l1ChainId, l2ChainId, deployer, salt } = config
const client = await connectL1({ url, key: devDeployer().privateKey, chainId: l1ChainId })
process.stdout.write('started\n')
await runSteps(allSteps(config, ZERO_HASH, TEST_DISPUTE), {
  client,
  state: openStateFile(statePath, { l1ChainId, l2ChainId, deployer, salt }),
  progress: ({ step }) => process.stdout.write(`${step}\n`),
})
