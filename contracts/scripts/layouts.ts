// Storage layouts of the contracts with state, from the compiler's output: compared with the committed
// ones, so that no change goes unseen, and checked for structs that another order would make smaller.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SNAPSHOT = join(ROOT, 'snapshots', 'layouts.json')

const CONTRACTS = [
  'AltToken',
  'AltDistribution',
  'AltVestingWallet',
  'AltGovernor',
  'StakedAlt',
  'ServiceFees',
  'OperatorRewards',
  'OperatorRegistry',
  'RollupRegistry',
  'Slasher',
  'StakeTable',
  'SymbioticStakeSource',
  'EigenLayerStakeSource',
] as const

interface Variable {
  readonly label: string
  readonly slot: string
  readonly offset: number
  readonly type: string
}

interface StorageType {
  readonly label: string
  readonly encoding: string
  readonly numberOfBytes: string
  readonly members?: readonly Variable[]
}

interface StorageLayout {
  readonly storage: readonly Variable[]
  readonly types: Readonly<Record<string, StorageType>> | null
}

function readLayout(contract: string): StorageLayout {
  const path = join(ROOT, 'out', 'artifacts', `${contract}.sol`, `${contract}.json`)
  return JSON.parse(readFileSync(path, 'utf8')).storageLayout
}

/** Slots that members of these sizes take at least: those below a word, largest first into any slot. */
function fewestSlots(sizes: readonly number[]): number {
  const open: number[] = []
  let whole = 0
  for (const size of [...sizes].sort((a, b) => b - a)) {
    if (size >= 32) {
      whole += Math.ceil(size / 32)
      continue
    }
    const slot = open.findIndex((left) => left >= size)
    if (slot < 0) open.push(32 - size)
    else open[slot] = (open[slot] ?? 0) - size
  }
  return whole + open.length
}

/** Structs of our own that another order of members would make smaller. */
function wasteful(contract: string, { types }: StorageLayout): string[] {
  return Object.values(types ?? {}).flatMap(({ label, members, numberOfBytes }) => {
    if (members === undefined) return []
    const sizes = members.map(({ type }) => Number(types?.[type]?.numberOfBytes ?? 32))
    const [slots, fewest] = [Number(numberOfBytes) / 32, fewestSlots(sizes)]
    return slots > fewest ? [`${contract}: ${label} takes ${slots} slots, ${fewest} would do`] : []
  })
}

/** One line a variable, and a struct's members below it; types by name, without the compiler's numbers. */
function describe({ storage, types }: StorageLayout): Record<string, string> {
  const place = ({ slot, offset, type }: Variable) =>
    `slot ${slot}, byte ${offset}: ${types?.[type]?.label ?? type}`
  const lines = storage.map((variable) => [variable.label, place(variable)] as const)
  const structs = Object.values(types ?? {}).flatMap(({ label, members }) =>
    (members ?? []).map((member) => [`${label}.${member.label}`, place(member)] as const),
  )
  return Object.fromEntries([...lines, ...structs.sort(([a], [b]) => (a < b ? -1 : 1))])
}

/** Compares with the committed layouts, or writes them anew. Returns whether all is well. */
export function checkLayouts(update: boolean): boolean {
  const layouts = CONTRACTS.map((name) => [name, readLayout(name)] as const)
  const problems = layouts.flatMap(([name, layout]) => wasteful(name, layout))
  const text = `${JSON.stringify(
    Object.fromEntries(layouts.map(([name, layout]) => [name, describe(layout)])),
    null,
    2,
  )}\n`
  if (update) writeFileSync(SNAPSHOT, text)
  else if (readFileSync(SNAPSHOT, 'utf8') !== text) {
    problems.push(
      'storage layouts differ from snapshots/layouts.json: --update-snapshots takes them over',
    )
  }
  for (const problem of problems) console.error(problem)
  return problems.length === 0
}
