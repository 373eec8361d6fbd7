import { randomBytes } from 'node:crypto'
import { loadBlobKzg } from '@altlayer/engine/kzg'
import { figure, microsecondsPerCall, printTable } from './measure.ts'

/** Blobs that one transaction carries and one check verifies. */
const BATCH = 6
const CELL_RUNS = 3

/** Commitments and proofs of blobs as a node computes and verifies them, on one thread. */
export async function run(): Promise<void> {
  const before = process.cpuUsage()
  const kzg = await loadBlobKzg()
  const { user, system } = process.cpuUsage(before)
  const proven = Array.from({ length: BATCH }, () => {
    const blob = new Uint8Array(randomBytes(131_072))
    for (let at = 0; at < blob.length; at += 32) blob[at] = (blob[at] as number) & 0x3f
    const commitment = kzg.commit(blob)
    return { blob, commitment, proof: kzg.prove(blob, commitment) }
  })
  const [first] = proven
  if (first === undefined || !kzg.verify(proven)) throw new Error('a proof does not verify')
  await kzg.proveCells(first.blob)
  const cells = process.cpuUsage()
  for (let i = 0; i < CELL_RUNS; i++) await kzg.proveCells(first.blob)
  const { user: cellTime } = process.cpuUsage(cells)
  const works: readonly (readonly [string, () => unknown])[] = [
    ['commitment', () => kzg.commit(first.blob)],
    ['proof', () => kzg.prove(first.blob, first.commitment)],
    ['verification with a proof', () => kzg.verify([first])],
    [`verification of ${BATCH} blobs together`, () => kzg.verify(proven)],
  ]
  printTable(
    ['KZG of a blob', 'ms of processor'],
    [
      ['getting ready', figure((user + system) / 1_000)],
      ['proofs of 128 cells', figure(cellTime / CELL_RUNS / 1_000)],
      ...works.map(([name, work]) => [name, figure(microsecondsPerCall(work, 500, 3) / 1_000)]),
    ],
  )
}
