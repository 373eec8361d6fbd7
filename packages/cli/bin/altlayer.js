#!/usr/bin/env node
// Starts the command line with the Node.js that this repository pins. Plain JavaScript: it has to
// run on whatever Node.js the machine has (20 or later).
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const main = join(dirname(fileURLToPath(import.meta.url)), '..', 'src', 'main.ts')
const pinned = findPinnedNode()

if (!pinned) {
  console.error('altlayer: the pinned Node.js is not installed. Run `npm ci` in the repository.')
  process.exitCode = 1
} else if (process.versions.node === pinned.version) {
  await import(pathToFileURL(main).href)
} else {
  run(pinned.binary)
}

/** @returns {{ binary: string, version: string } | undefined} */
function findPinnedNode() {
  const require = createRequire(import.meta.url)
  let manifest
  try {
    manifest = require.resolve('node/package.json')
  } catch {
    return undefined
  }
  const binary = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (!existsSync(binary)) return undefined
  return { binary, version: JSON.parse(readFileSync(manifest, 'utf8')).version }
}

/** @param {string} binary */
function run(binary) {
  const child = spawn(binary, [main, ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal))
  }
  child.on('error', (error) => {
    console.error(`altlayer: cannot start ${binary}: ${error.message}`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0)
  })
}
