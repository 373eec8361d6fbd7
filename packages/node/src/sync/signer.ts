import { type Address, describe, type Hash, isHex, MalformedInputError } from '@altlayer/protocol'
import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import { checked, type L1Connection } from '../l1/client.ts'

/** keccak256 of "systemconfig.unsafeblocksigner": where SystemConfig keeps it. */
export const UNSAFE_BLOCK_SIGNER_SLOT: Hash =
  '0x65a7ed542fb37fe237fdfbdd70b31598523fe5b32879e307bae27a0bd9581c08'

export interface SignerWatchOptions {
  readonly l1: Pick<L1Connection, 'request'>
  readonly systemConfig: Address
  /** Hash of L1's newest block, as far as it is known without asking. */
  readonly l1Head: () => Hash | undefined
  readonly clock: Clock
  readonly logger: Logger
  readonly onChange?: (signer: Address) => void
}

/** The unsafe block signer as L1's SystemConfig names it. */
export interface SignerWatch {
  /** Undefined until L1 has told. */
  signer(): Address | undefined
  close(): Promise<void>
}

/** Milliseconds between looks at most, until the next after one that failed, and between looks for a new L1 block. */
const LOOK = 12_000
const RETRY = 1_000
const STEP = 500

/**
 * Looks at once and then at every L1 block: the signer can change with each, and until that is known honest peers
 * who pass the new one's blocks on would be punished for them.
 */
export function watchSigner(options: SignerWatchOptions): SignerWatch {
  const { l1, systemConfig, l1Head, clock, logger } = options
  const stop = new AbortController()
  let signer: Address | undefined

  async function look(): Promise<void> {
    const word = await l1.request('eth_getStorageAt', [
      systemConfig,
      UNSAFE_BLOCK_SIGNER_SLOT,
      'latest',
    ])
    const found = checked('eth_getStorageAt', () => signerIn(word))
    if (found === signer) return
    if (signer !== undefined)
      logger.info({ from: signer, to: found ?? 'none' }, 'the unsafe block signer changed')
    signer = found
    if (found !== undefined) options.onChange?.(found)
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      const head = l1Head()
      let pause = LOOK
      try {
        await look()
      } catch (error) {
        if (stop.signal.aborted) return
        pause = signer === undefined ? RETRY : LOOK
        logger.debug(
          { reason: (error as Error).message },
          'L1 does not tell the unsafe block signer',
        )
      }
      for (let waited = 0; waited < pause && l1Head() === head; waited += STEP) {
        await clock.sleep(STEP, stop.signal)
        if (stop.signal.aborted) return
      }
    }
  }

  const running = run()
  return {
    signer: () => signer,
    async close() {
      stop.abort()
      await running
    },
  }
}

/** The address in a storage word; undefined where none is set: then nobody's blocks are taken. */
function signerIn(word: unknown): Address | undefined {
  if (!isHex(word, 32) || !word.startsWith(`0x${'00'.repeat(12)}`))
    throw new MalformedInputError('storage', 'an address in a word', describe(word))
  const address: Address = `0x${word.slice(26).toLowerCase()}`
  return /^0x0{40}$/.test(address) ? undefined : address
}
