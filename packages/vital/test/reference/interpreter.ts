import type { MachineState } from '../../src/index.ts'
import type { ReferenceMemory } from './memory.ts'

// The proof machine, one instruction at a time, as the RISC-V unprivileged specification and docs/riscv.md
// read: bigints, nothing decoded ahead, nothing shared with the emulator. It is what the emulator, and
// later the contract, are compared with.

/** A state with its memory beside it. */
export interface ReferenceMachine {
  readonly memory: ReferenceMemory
  readonly registers: bigint[]
  pc: bigint
  step: bigint
  exited: boolean
  exitCode: number
  preimageKey: Uint8Array
  preimageOffset: bigint
}

/** Preimages by typed key in hex, without their length. */
export type Preimages = ReadonlyMap<string, Uint8Array>

const SPACE = 1n << 32n
const MOST_NEGATIVE = -(1n << 63n)
const MOST_NEGATIVE_WORD = -(1n << 31n)

const BAD_INSTRUCTION = 224
const BAD_PC = 225
const OUT_OF_RANGE = 227
const BAD_ECALL = 228
const BREAKPOINT = 229

/** Ends a step with an exit. */
class Exit {
  readonly code: number
  constructor(code: number) {
    this.code = code
  }
}

const unsigned = (value: bigint): bigint => BigInt.asUintN(64, value)
const signed = (value: bigint): bigint => BigInt.asIntN(64, value)
const word = (value: bigint): bigint => BigInt.asUintN(32, value)
const signedWord = (value: bigint): bigint => BigInt.asIntN(32, value)
/** A result of 32 bits in a register. */
const extended = (value: bigint): bigint => unsigned(signedWord(value))

export function referenceState(machine: ReferenceMachine): MachineState {
  const { pc, step, exited, exitCode, preimageKey, preimageOffset, registers } = machine
  return {
    memoryRoot: machine.memory.root(),
    preimageKey,
    preimageOffset,
    pc,
    exitCode,
    exited,
    step,
    registers: BigUint64Array.from(registers),
  }
}

/** Makes one step. Throws an Error when a preimage is not there. */
export function referenceStep(machine: ReferenceMachine, preimages: Preimages): void {
  if (machine.exited) return
  machine.step = unsigned(machine.step + 1n)
  try {
    if (machine.pc >= SPACE || machine.pc % 4n !== 0n) throw new Exit(BAD_PC)
    execute(machine, Number(machine.memory.load(machine.pc, 4)), preimages)
  } catch (exit) {
    if (!(exit instanceof Exit)) throw exit
    machine.exited = true
    machine.exitCode = exit.code
  }
}

function execute(machine: ReferenceMachine, instruction: number, preimages: Preimages): void {
  const field = (low: number, width: number): number =>
    Math.floor(instruction / 2 ** low) % 2 ** width
  const bits = (low: number, width: number): bigint => BigInt(field(low, width))
  const opcode = field(0, 7)
  const rd = field(7, 5)
  const f3 = field(12, 3)
  const a = machine.registers[field(15, 5)] as bigint
  const b = machine.registers[field(20, 5)] as bigint
  const f7 = field(25, 7)
  const immediateI = BigInt.asIntN(12, bits(20, 12))
  const immediateS = BigInt.asIntN(12, (bits(25, 7) << 5n) | bits(7, 5))
  const immediateB = BigInt.asIntN(
    13,
    (bits(31, 1) << 12n) | (bits(7, 1) << 11n) | (bits(25, 6) << 5n) | (bits(8, 4) << 1n),
  )
  const immediateU = signedWord(bits(12, 20) << 12n)
  const immediateJ = BigInt.asIntN(
    21,
    (bits(31, 1) << 20n) | (bits(12, 8) << 12n) | (bits(20, 1) << 11n) | (bits(21, 10) << 1n),
  )
  const next = unsigned(machine.pc + 4n)
  let target = next
  const write = (value: bigint): void => {
    if (rd !== 0) machine.registers[rd] = unsigned(value)
  }

  switch (opcode) {
    case 0b0110111:
      write(immediateU)
      break
    case 0b0010111:
      write(machine.pc + immediateU)
      break
    case 0b1101111:
      target = unsigned(machine.pc + immediateJ)
      write(next)
      break
    case 0b1100111:
      if (f3 !== 0) throw new Exit(BAD_INSTRUCTION)
      target = unsigned(a + immediateI) & ~1n
      write(next)
      break
    case 0b1100011:
      if (taken(f3, a, b)) target = unsigned(machine.pc + immediateB)
      break
    case 0b0000011:
      write(load(machine, f3, unsigned(a + immediateI)))
      break
    case 0b0100011: {
      if (f3 > 3) throw new Exit(BAD_INSTRUCTION)
      const size = 1 << f3
      machine.memory.store(checked(unsigned(a + immediateS), size), size, b)
      break
    }
    case 0b0010011:
      write(immediateOperation(f3, field(26, 6), a, immediateI, bits(20, 6)))
      break
    case 0b0011011:
      write(wordImmediateOperation(f3, f7, a, immediateI, bits(20, 5)))
      break
    case 0b0110011:
      write(f7 === 1 ? multiplication(f3, a, b) : operation(f3, f7, a, b))
      break
    case 0b0111011:
      write(f7 === 1 ? wordMultiplication(f3, a, b) : wordOperation(f3, f7, a, b))
      break
    case 0b0001111:
      if (f3 > 1) throw new Exit(BAD_INSTRUCTION)
      break
    case 0b1110011:
      if (instruction === 0x00100073) throw new Exit(BREAKPOINT)
      if (instruction !== 0x00000073) throw new Exit(BAD_INSTRUCTION)
      ecall(machine, preimages)
      break
    default:
      throw new Exit(BAD_INSTRUCTION)
  }
  machine.pc = target
}

function taken(f3: number, a: bigint, b: bigint): boolean {
  switch (f3) {
    case 0b000:
      return a === b
    case 0b001:
      return a !== b
    case 0b100:
      return signed(a) < signed(b)
    case 0b101:
      return signed(a) >= signed(b)
    case 0b110:
      return a < b
    case 0b111:
      return a >= b
    default:
      throw new Exit(BAD_INSTRUCTION)
  }
}

/** The address, if every byte of the access is below 2^32. */
function checked(address: bigint, size: number): bigint {
  if (address + BigInt(size) > SPACE) throw new Exit(OUT_OF_RANGE)
  return address
}

function load(machine: ReferenceMachine, f3: number, address: bigint): bigint {
  if (f3 === 0b111) throw new Exit(BAD_INSTRUCTION)
  const size = 1 << (f3 & 3)
  const value = machine.memory.load(checked(address, size), size)
  return f3 < 4 ? BigInt.asIntN(8 * size, value) : value
}

function immediateOperation(
  f3: number,
  f6: number,
  a: bigint,
  immediate: bigint,
  count: bigint,
): bigint {
  switch (f3) {
    case 0b000:
      return a + immediate
    case 0b010:
      return signed(a) < immediate ? 1n : 0n
    case 0b011:
      return a < unsigned(immediate) ? 1n : 0n
    case 0b100:
      return a ^ unsigned(immediate)
    case 0b110:
      return a | unsigned(immediate)
    case 0b111:
      return a & unsigned(immediate)
    case 0b001:
      if (f6 === 0) return a << count
      throw new Exit(BAD_INSTRUCTION)
    default:
      if (f6 === 0) return a >> count
      if (f6 === 0b010000) return signed(a) >> count
      throw new Exit(BAD_INSTRUCTION)
  }
}

function wordImmediateOperation(
  f3: number,
  f7: number,
  a: bigint,
  immediate: bigint,
  count: bigint,
): bigint {
  if (f3 === 0b000) return extended(a + immediate)
  if (f3 === 0b001 && f7 === 0) return extended(a << count)
  if (f3 === 0b101 && f7 === 0) return extended(word(a) >> count)
  if (f3 === 0b101 && f7 === 0b0100000) return extended(signedWord(a) >> count)
  throw new Exit(BAD_INSTRUCTION)
}

function operation(f3: number, f7: number, a: bigint, b: bigint): bigint {
  const count = b % 64n
  if (f7 === 0b0100000 && f3 === 0b000) return a - b
  if (f7 === 0b0100000 && f3 === 0b101) return signed(a) >> count
  if (f7 !== 0) throw new Exit(BAD_INSTRUCTION)
  switch (f3) {
    case 0b000:
      return a + b
    case 0b001:
      return a << count
    case 0b010:
      return signed(a) < signed(b) ? 1n : 0n
    case 0b011:
      return a < b ? 1n : 0n
    case 0b100:
      return a ^ b
    case 0b101:
      return a >> count
    case 0b110:
      return a | b
    default:
      return a & b
  }
}

function multiplication(f3: number, a: bigint, b: bigint): bigint {
  switch (f3) {
    case 0b000:
      return a * b
    case 0b001:
      return (signed(a) * signed(b)) >> 64n
    case 0b010:
      return (signed(a) * b) >> 64n
    case 0b011:
      return (a * b) >> 64n
    case 0b100:
      return quotient(signed(a), signed(b), MOST_NEGATIVE)
    case 0b101:
      return b === 0n ? -1n : a / b
    case 0b110:
      return b === 0n ? a : signed(a) % signed(b)
    default:
      return b === 0n ? a : a % b
  }
}

function quotient(a: bigint, b: bigint, mostNegative: bigint): bigint {
  if (b === 0n) return -1n
  return a === mostNegative && b === -1n ? mostNegative : a / b
}

function wordOperation(f3: number, f7: number, a: bigint, b: bigint): bigint {
  const count = b % 32n
  if (f7 === 0 && f3 === 0b000) return extended(a + b)
  if (f7 === 0b0100000 && f3 === 0b000) return extended(a - b)
  if (f7 === 0 && f3 === 0b001) return extended(a << count)
  if (f7 === 0 && f3 === 0b101) return extended(word(a) >> count)
  if (f7 === 0b0100000 && f3 === 0b101) return extended(signedWord(a) >> count)
  throw new Exit(BAD_INSTRUCTION)
}

function wordMultiplication(f3: number, a: bigint, b: bigint): bigint {
  const [x, y] = [signedWord(a), signedWord(b)]
  switch (f3) {
    case 0b000:
      return extended(x * y)
    case 0b100:
      return extended(quotient(x, y, MOST_NEGATIVE_WORD))
    case 0b101:
      return word(b) === 0n ? -1n : extended(word(a) / word(b))
    case 0b110:
      return extended(y === 0n ? x : x % y)
    case 0b111:
      return extended(y === 0n ? x : word(a) % word(b))
    default:
      throw new Exit(BAD_INSTRUCTION)
  }
}

function ecall(machine: ReferenceMachine, preimages: Preimages): void {
  const result = ecallResult(machine, preimages)
  machine.registers[10] = unsigned(result)
}

function ecallResult(machine: ReferenceMachine, preimages: Preimages): bigint {
  const register = (index: number): bigint => machine.registers[index] as bigint
  const [fd, address, length] = [register(10), register(11), register(12)]
  switch (register(17)) {
    case 93n:
    case 94n:
      throw new Exit(Number(fd % 256n))
    case 63n:
      if (fd === 0n) return 0n
      if (fd === 3n) return length
      return fd === 5n ? readPreimage(machine, address, length, preimages) : -9n
    case 64n:
      if (fd === 1n || fd === 2n || fd === 4n) return length
      return fd === 6n ? writeKey(machine, address, length) : -9n
    default:
      throw new Exit(BAD_ECALL)
  }
}

/** Bytes from `address` to the end of its leaf. */
function room(address: bigint): bigint {
  if (address >= SPACE) throw new Exit(OUT_OF_RANGE)
  return 32n - (address % 32n)
}

function least(first: bigint, ...others: readonly bigint[]): bigint {
  let smallest = first
  for (const value of others) if (value < smallest) smallest = value
  return smallest
}

function readPreimage(
  machine: ReferenceMachine,
  address: bigint,
  length: bigint,
  preimages: Preimages,
): bigint {
  if (length === 0n) return 0n
  const space = room(address)
  const key = Buffer.from(machine.preimageKey).toString('hex')
  const preimage = preimages.get(key)
  if (preimage === undefined) throw new Error(`no preimage of ${key}`)
  const bytes = new Uint8Array(8 + preimage.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(preimage.length))
  bytes.set(preimage, 8)
  const count = least(length, space, BigInt(bytes.length) - machine.preimageOffset)
  for (let i = 0n; i < count; i++) {
    const byte = bytes[Number(machine.preimageOffset + i)] as number
    machine.memory.setByte(address + i, byte)
  }
  machine.preimageOffset += count
  return count
}

function writeKey(machine: ReferenceMachine, address: bigint, length: bigint): bigint {
  if (length === 0n) return 0n
  const count = least(length, room(address))
  const kept = machine.preimageKey.subarray(Number(count))
  const added = Array.from({ length: Number(count) }, (_, i) =>
    machine.memory.byte(address + BigInt(i)),
  )
  machine.preimageKey = Uint8Array.of(...kept, ...added)
  machine.preimageOffset = 0n
  return count
}
