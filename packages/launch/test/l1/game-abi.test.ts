import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Abi, AbiParameter } from 'viem'
import { opStackArtifact, ownArtifact } from '../../src/artifacts.ts'

// op-challenger and op-dispute-mon use one ABI for FaultDisputeGame 1.2 and 1.3, choosing it by `version()`; 1.2.0 is
// the one in npm. viem asks for what later games added. Whoever changes a signature breaks a tool.

/** Errors of the OP Stack's RLP reader, which are no part of the game's interface: ours reads with OpenZeppelin's. */
const RLP_READER = [
  'error ContentLengthMismatch()',
  'error EmptyItem()',
  'error InvalidDataRemainder()',
  'error InvalidHeader()',
  'error UnexpectedList()',
  'error UnexpectedString()',
]

/** What ours has beyond it. */
const MORE = [
  'error BadExtraData()',
  'error RLPInvalidEncoding()',
  'event ClaimResolved(uint256 indexed,address indexed,uint256)',
  'event CreditClaimed(address indexed,uint256)',
  'event L2BlockChallenge(address indexed,uint256)',
  'event Step(uint256 indexed,address indexed)',
  'function configHash() view returns (bytes32)',
  'function l2SequenceNumber() pure returns (uint256)',
]

function typeOf(parameter: AbiParameter & { readonly indexed?: boolean }): string {
  const parts = (parameter as { components?: readonly AbiParameter[] }).components
  const type = parts
    ? parameter.type.replace('tuple', `(${parts.map(typeOf).join(',')})`)
    : parameter.type
  return parameter.indexed ? `${type} indexed` : type
}

/** Functions with what they return, events with their topics, errors; sorted. */
function signatures(abi: Abi): readonly string[] {
  const list = (parameters: readonly AbiParameter[]) => `(${parameters.map(typeOf).join(',')})`
  return abi
    .flatMap((item) => {
      if (item.type === 'event' || item.type === 'error')
        return [`${item.type} ${item.name}${list(item.inputs)}`]
      if (item.type !== 'function') return []
      const returns = item.outputs.length > 0 ? ` returns ${list(item.outputs)}` : ''
      return [`function ${item.name}${list(item.inputs)} ${item.stateMutability}${returns}`]
    })
    .sort()
}

test("VitalDisputeGame has the OP Stack game's interface to the signature, and pinned additions", () => {
  const theirs = signatures(opStackArtifact('FaultDisputeGame').abi)
  const ours = signatures(ownArtifact('VitalDisputeGame').abi)
  assert.ok(theirs.length > 60, `${theirs.length} signatures to compare with`)
  assert.deepEqual(
    theirs.filter((each) => !ours.includes(each)),
    RLP_READER,
  )
  assert.deepEqual(
    ours.filter((each) => !theirs.includes(each)),
    MORE,
  )
})
