// Answers `--version` and `--standard-json` as the native solc does, with npm's solc. Plain
// JavaScript, because forge may run it with the machine's own Node.
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve, sep } from 'node:path'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

/** The compiler recurses deeply on large inputs; a worker's stack can be sized, the main one not. */
const STACK_MEGABYTES = 256

const require = createRequire(import.meta.url)

function valuesOf(args, option) {
  return args.flatMap((arg, i) => (arg === option && args[i + 1] ? [args[i + 1]] : []))
}

function readStdin() {
  return new Promise((resolve, reject) => {
    const chunks = []
    process.stdin.on('data', (chunk) => chunks.push(chunk))
    process.stdin.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    process.stdin.on('error', reject)
  })
}

function inWorker(data) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), {
      workerData: data,
      resourceLimits: { stackSizeMb: STACK_MEGABYTES },
    })
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

/** The native compiler's import rule: below the base path, then below each include path. */
function importer({ basePath, includePaths, allowPaths }) {
  const roots = [basePath, ...includePaths].map((path) => resolve(path))
  // A project may have no folder of libraries: forge names it nevertheless.
  const allowed = [...roots, ...allowPaths.map((path) => resolve(path))]
    .filter((path) => existsSync(path))
    .map((path) => realpathSync(path))
  return (name) => {
    for (const root of roots) {
      try {
        const path = realpathSync(join(root, name))
        if (allowed.some((folder) => path.startsWith(folder + sep))) {
          return { contents: readFileSync(path, 'utf8') }
        }
      } catch (error) {
        if (error.code !== 'ENOENT') return { error: String(error) }
      }
    }
    return { error: `${name} not found below ${roots.join(', ')}` }
  }
}

if (isMainThread) {
  const args = process.argv.slice(2)
  if (args.includes('--version')) {
    const version = require('solc').version().replace('.Emscripten.clang', '.Linux.g++')
    process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${version}\n`)
  } else if (args.includes('--standard-json')) {
    process.stdout.write(
      await inWorker({
        input: await readStdin(),
        basePath: valuesOf(args, '--base-path')[0] ?? '.',
        includePaths: valuesOf(args, '--include-path'),
        allowPaths: valuesOf(args, '--allow-paths').flatMap((list) => list.split(',')),
      }),
    )
  } else {
    process.stderr.write(`solc.mjs: expected --version or --standard-json, got ${args.join(' ')}\n`)
    process.exitCode = 1
  }
} else {
  const { input } = workerData
  parentPort.postMessage(require('solc').compile(input, { import: importer(workerData) }))
}
