import { readFileSync } from 'node:fs'
import {
  type Address,
  describe,
  MalformedInputError,
  parseAddress,
  parseArray,
  parseInteger,
  parseObject,
} from '@altlayer/protocol'
import type { AltDeployment, DeployedVault } from './deploy.ts'

/** A deployment as the file that `readDeployment` reads. */
export function deploymentJson({ chainId, contracts, vaults }: AltDeployment): string {
  return `${JSON.stringify({ chainId, contracts, vaults }, null, 2)}\n`
}

/** Reads what `deploymentJson` wrote. Throws MalformedInputError, and what reading a file throws. */
export function readDeployment(path: string): AltDeployment {
  const text = readFileSync(path, 'utf8')
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new MalformedInputError(path, 'JSON', describe(text))
  }
  const { chainId, contracts, vaults } = parseObject(json, path)
  return {
    chainId: Number(parseInteger(chainId, `${path}: chainId`, BigInt(Number.MAX_SAFE_INTEGER))),
    contracts: Object.fromEntries(
      Object.entries(parseObject(contracts, `${path}: contracts`)).map(([name, value]) => [
        name,
        parseAddress(value, `${path}: contracts.${name}`),
      ]),
    ),
    vaults: parseArray(vaults, `${path}: vaults`).map((value, index) =>
      parseVault(value, `${path}: vaults[${index}]`),
    ),
  }
}

function parseVault(value: unknown, path: string): DeployedVault {
  const { asset, curator, epochDuration, address } = parseObject(value, path)
  return {
    asset: asset === 'ALT' ? asset : (parseAddress(asset, `${path}.asset`) as Address),
    curator: parseAddress(curator, `${path}.curator`),
    epochDuration: Number(parseInteger(epochDuration, `${path}.epochDuration`, 2n ** 48n - 1n)),
    address: parseAddress(address, `${path}.address`),
  }
}
