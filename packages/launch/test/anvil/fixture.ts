// Starts anvil as the launch does, prints its URL and its process group, and waits to be killed.
import { startAnvil } from '../../src/anvil/anvil.ts'

const [folder] = process.argv.slice(2)
if (!folder) throw new Error('usage: fixture.ts FOLDER')
let group = 0
const anvil = await startAnvil({
  ...{ folder, port: 0, chainId: 900, blockTime: 600 },
  onProcess: (pid) => {
    group = pid
  },
})
await anvil.mine()
process.stdout.write(`${anvil.url} ${group}\n`)
setInterval(() => undefined, 1_000)
