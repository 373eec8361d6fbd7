import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import {
  type BlockId,
  MalformedInputError,
  parseArray,
  parseHash,
  parseInteger,
  parseObject,
} from '@altlayer/protocol'

/** The L2 block that was the safe head once an L1 block had been read. */
export interface SafeAt {
  readonly l1: BlockId
  readonly l2: BlockId
}

/**
 * Which L2 block followed from L1 up to which of its blocks: after a reorganisation of L1, or a restart, it
 * tells what still follows. Kept in a file; without the file only time is lost, as derivation then goes
 * back further.
 */
export interface SafeHeads {
  /** Oldest first: both numbers grow. */
  entries(): readonly SafeAt[]
  /** Ignores an L1 block that is not newer than the newest one. */
  add(entry: SafeAt): void
  /** Drops entries from the newest on, down to the first that `keep` accepts, which is returned. */
  rewind(keep: (entry: SafeAt) => Promise<boolean>): Promise<SafeAt | undefined>
  /** Drops all that are older than `entry`. */
  forgetBefore(entry: SafeAt): void
  /** Writes the file, if something changed. Throws what the file system throws. */
  save(): void
}

/** More than the L1 blocks that a live L1 has not finalised; beyond, older ones go. */
const MAX_ENTRIES = 1_024

/** Reads the file (none: nothing is kept); `onDamage` hears why one that is there cannot be used. */
export function openSafeHeads(
  path: string | undefined,
  onDamage: (reason: string) => void,
): SafeHeads {
  let entries = path === undefined ? [] : [...read(path, onDamage)]
  let changed = false
  return {
    entries: () => entries,
    add(entry) {
      const newest = entries.at(-1)
      if (newest !== undefined && newest.l1.number >= entry.l1.number) return
      entries.push(entry)
      if (entries.length > MAX_ENTRIES) entries.shift()
      changed = true
    },
    async rewind(keep) {
      for (let newest = entries.at(-1); newest !== undefined; newest = entries.at(-1)) {
        if (await keep(newest)) return newest
        entries.pop()
        changed = true
      }
      return undefined
    },
    forgetBefore(entry) {
      const at = entries.indexOf(entry)
      if (at <= 0) return
      entries = entries.slice(at)
      changed = true
    },
    save() {
      if (!changed || path === undefined) return
      writeFileSync(`${path}.next`, JSON.stringify(entries.map(toJson)))
      renameSync(`${path}.next`, path)
      changed = false
    },
  }
}

const toJson = ({ l1, l2 }: SafeAt) => ({
  l1: { number: Number(l1.number), hash: l1.hash },
  l2: { number: Number(l2.number), hash: l2.hash },
})

function read(path: string, onDamage: (reason: string) => void): readonly SafeAt[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') onDamage((error as Error).message)
    return []
  }
  try {
    const entries = parseArray(JSON.parse(text), 'safe heads').map(parseEntry)
    return entries.slice(-MAX_ENTRIES)
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof MalformedInputError)) throw error
    onDamage(`${path}: ${error.message}`)
    return []
  }
}

function parseEntry(value: unknown, i: number): SafeAt {
  const json = parseObject(value, `safe heads[${i}]`)
  const id = (name: 'l1' | 'l2'): BlockId => {
    const path = `safe heads[${i}].${name}`
    const { number, hash } = parseObject(json[name], path)
    return { number: parseInteger(number, `${path}.number`), hash: parseHash(hash, `${path}.hash`) }
  }
  return { l1: id('l1'), l2: id('l2') }
}
