import { figure, printTable } from './measure.ts'
import { startNetwork, temporaryDirectory } from './network.ts'

/**
 * Seconds from `altlayer up` until it is ready, with everything built: with a new data directory (L1
 * started, contracts deployed, genesis made) and with one that has a chain already; and until ALT and
 * restaking stand, which are deployed in the background from then on.
 */
export async function run(): Promise<void> {
  const data = await temporaryDirectory()
  try {
    const rows: string[][] = []
    for (const what of ['new network', 'stopped and continued']) {
      const network = await startNetwork(data.path, true)
      const restaking = await network.secondsToRestaking
      await network.stop()
      rows.push([what, figure(network.secondsToReady), figure(restaking)])
    }
    printTable(['altlayer up', 'seconds to ready', 'with ALT and restaking'], rows)
  } finally {
    await data.remove()
  }
}
