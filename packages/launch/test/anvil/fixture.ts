// Starts anvil as the launch does, prints its URL, and waits to be killed.
import { startAnvil } from '../../src/anvil/anvil.ts'

const [folder] = process.argv.slice(2)
if (!folder) throw new Error('usage: fixture.ts FOLDER')
const anvil = await startAnvil({ folder, port: 0, chainId: 900, blockTime: 600 })
await anvil.mine()
process.stdout.write(`${anvil.url}\n`)
setInterval(() => undefined, 1_000)
