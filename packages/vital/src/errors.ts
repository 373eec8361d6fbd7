/** The file is not one that the machine can be started with; the message names what is wrong, and where. */
export class ElfError extends Error {
  override readonly name = 'ElfError'
}

/** Bytes that are no state, or a state no run comes to. */
export class StateError extends Error {
  override readonly name = 'StateError'
}

/** The machine asked for a preimage that its host does not have: it cannot go on. */
export class MissingPreimageError extends Error {
  override readonly name = 'MissingPreimageError'
  /** The typed key, 32 bytes in hex without 0x. */
  readonly key: string
  /** Steps executed before the one that asks. */
  readonly step: bigint

  constructor(key: string, step: bigint) {
    super(`no preimage of key 0x${key}, asked for at step ${step}`)
    this.key = key
    this.step = step
  }
}

/** The program touched more of its memory than this process can hold (nearly 4 GiB of pages). */
export class EmulatorMemoryError extends Error {
  override readonly name = 'EmulatorMemoryError'
}

/** The emulator was not built: `npm run build` makes it. */
export class EmulatorNotBuiltError extends Error {
  override readonly name = 'EmulatorNotBuiltError'
}

/** The program wrote something that is not framed as the rollup program's messages are. */
export class ProgramOutputError extends Error {
  override readonly name = 'ProgramOutputError'
}
