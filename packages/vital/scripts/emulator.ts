import { fileURLToPath } from 'node:url'
import { type Compiled, compileModule, defaultFlags } from '@altlayer/program/scripts/compile.ts'

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

/** 32 MiB for tables to begin with, all of wasm's 4 GiB for the pages that a program touches. */
const memory = ['--initialMemory', '512', '--maximumMemory', '65536']

/** Compiles the emulator unless build/emulator.wasm is that of the present sources. Throws CompileError. */
export function buildEmulator(): Promise<Compiled> {
  return compileModule(
    path('../machine/main.ts'),
    path('../build/emulator.wasm'),
    [...defaultFlags, ...memory],
    [
      path('../machine'),
      fileURLToPath(import.meta.resolve('@altlayer/program/src/keccak/keccak.ts')).replace(
        /keccak\.ts$/,
        '',
      ),
    ],
  )
}
