import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { encodeTransaction, UPGRADE_FORKS, upgradeTransactions } from '@altlayer/protocol'

// Writes src/derive/upgrade-data.ts from the protocol package's upgrade transactions. With --check it only compares.

const path = fileURLToPath(new URL('../src/derive/upgrade-data.ts', import.meta.url))

/** The file as it should be. */
export function upgradeDataSource(): string {
  const parts = UPGRADE_FORKS.map((fork) => {
    const transactions = upgradeTransactions(fork).map(encodeTransaction)
    const rows = transactions.flatMap((raw) => {
      const prefixed = new Uint8Array(4 + raw.length)
      new DataView(prefixed.buffer).setUint32(0, raw.length, true)
      prefixed.set(raw, 4)
      return Array.from(
        { length: Math.ceil(prefixed.length / 24) },
        (_, i) => `  ${prefixed.subarray(24 * i, 24 * (i + 1)).join(', ')},`,
      )
    })
    const name = fork.toUpperCase()
    return `export const ${name}_TRANSACTIONS: u32 = ${transactions.length}
export const ${name}_UPGRADE: usize = memory.data<u8>([
${rows.join('\n')}
])
`
  })
  return `// Made by scripts/upgrade-data.ts: do not edit. Network upgrade transactions of each fork, in order: a little-endian
// u32 length and as many bytes of an EIP-2718 encoding.

${parts.join('\n')}`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const source = upgradeDataSource()
  if (!process.argv.includes('--check')) await writeFile(path, source)
  else if ((await readFile(path, 'utf8')) !== source) {
    console.error('program/src/derive/upgrade-data.ts is out of date: node scripts/upgrade-data.ts')
    process.exitCode = 1
  }
}
