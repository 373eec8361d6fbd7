import { fileURLToPath } from 'node:url'
import { devAccount } from '@altlayer/launch'
import { type Address, type Hash, PREDEPLOYS } from '@altlayer/protocol'
import { type AltConfig, readAltConfig } from '../config.ts'

/** Development accounts that stake on a local network; neither users' nor the rollup's own. */
export const LOCAL_ACCOUNTS = {
  /** Beneficiary of the launchpool's allocation in `config/local.json`: all of it vested. */
  launchpool: 26,
  operator: 27,
  curator: 28,
  restaker: 29,
} as const

/** Kinds of service that the local rollup has. */
export const LOCAL_SERVICES = ['vital', 'mach', 'squad'] as const

const ETHER = 10n ** 18n
/** What the rollup's StandardBridge mints and burns at most at once, refilled within a day. */
const BRIDGE_CAP = 1_000_000_000n * ETHER

/** A local rollup, as ALT and restaking see it. */
export interface LocalRollup {
  readonly l1ChainId: number
  readonly l2ChainId: number
  /** Proxy on L1. */
  readonly systemConfig: Address
  /** Owns the rollup; hears of its services, and of what slashes give back. */
  readonly owner: Address
}

/** Restaked Ethereum assets of a local network. */
export interface LocalAssets {
  readonly weth: Address
  readonly lst: Address
}

/** `config/local.json` for this rollup: its bridge, its registration, a vault each of WETH, LST and ALT. */
export function localConfig(rollup: LocalRollup, { weth, lst }: LocalAssets): AltConfig {
  const config = readAltConfig(LOCAL_CONFIG)
  const curator = devAccount(LOCAL_ACCOUNTS.curator).address
  const epochDuration = config.restaking.slashingWindow
  return {
    ...config,
    homeChainId: rollup.l1ChainId,
    bridges: [
      {
        chainId: rollup.l2ChainId,
        bridge: PREDEPLOYS.L2StandardBridge,
        mintCap: BRIDGE_CAP,
        burnCap: BRIDGE_CAP,
      },
    ],
    restaking: {
      ...config.restaking,
      assets: [weth, lst],
      vaults: [weth, lst, 'ALT' as const].map((asset) => ({ asset, curator, epochDuration })),
      rollups: [
        {
          chainId: BigInt(rollup.l2ChainId),
          systemConfig: rollup.systemConfig,
          owner: rollup.owner,
          restitutionFund: rollup.owner,
        },
      ],
    },
  }
}

/** Salt of the deployment: of the assets too. */
export function localSalt(): Hash {
  return readAltConfig(LOCAL_CONFIG).salt
}

const LOCAL_CONFIG = fileURLToPath(new URL('../../config/local.json', import.meta.url))
