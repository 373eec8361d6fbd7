import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { devAccount } from '@altlayer/launch'
import { hexToBytes } from '@altlayer/protocol'
import { deploymentJson } from '@altlayer/restaking'
import { launchServed, startChain } from '../../../restaking/test/helpers.ts'
import { keysFolder } from './keys.ts'
import { altlayerHere } from './process.ts'

/** A served chain, and the commands upon it as their accounts. */
export async function serve(t: TestContext) {
  const chain = await startChain(t, 900)
  const launched = await launchServed(chain)
  const { public: rpc } = await chain.client(0)
  await rpc.request({ method: 'evm_setAutomine', params: [true] } as never)
  const keys = keysFolder(t)
  const file = join(keys.folder, 'alt.json')
  writeFileSync(file, deploymentJson(launched.deployment))
  const args = ['--l1', chain.anvil.url, '--deployment', file, ...keys.options]
  const seal = (name: string, index: number) =>
    keys.sealAccount(name, hexToBytes(devAccount(index).privateKey))
  return {
    chain,
    ...launched,
    keys,
    args,
    seal,
    /** What the command prints as JSON. */
    async as(name: string, ...command: string[]) {
      const all = [...command, '--key', name, ...args, '--json']
      const { code, stdout, stderr } = await altlayerHere(all)
      assert.equal(code, 0, `${command.join(' ')}: ${stderr}`)
      return JSON.parse(stdout)
    },
    /** What the command that must fail says. */
    async refused(name: string, ...command: string[]): Promise<string> {
      const { code, stdout, stderr } = await altlayerHere([...command, '--key', name, ...args])
      assert.notEqual(code, 0, `${command.join(' ')}: ${stdout}`)
      return stderr
    },
    /** What the command says to a person. */
    async says(name: string, ...command: string[]): Promise<string> {
      const { code, stdout, stderr } = await altlayerHere([...command, '--key', name, ...args])
      assert.equal(code, 0, `${command.join(' ')}: ${stderr}`)
      return stdout
    },
  }
}
