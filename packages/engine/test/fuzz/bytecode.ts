// Random EVM code that does something: an array of fragments, so that fast-check can shrink it, is assembled into
// bytes. Fragments know what they leave on the stack; some break that on purpose.

import fc from 'fast-check'

/** A value to push: itself, in at least `width` bytes; or what the stack holds; or a copy of a word below. */
export type Operand =
  | { readonly kind: 'value'; readonly value: bigint; readonly width: number }
  | { readonly kind: 'stack' }
  | { readonly kind: 'dup'; readonly index: number }

export type Fragment =
  | { readonly kind: 'op'; readonly opcode: number; readonly operands: readonly Operand[] }
  | { readonly kind: 'push'; readonly operand: Operand }
  /** `loose`: as it is, whatever the stack holds. */
  | { readonly kind: 'raw'; readonly bytes: readonly number[]; readonly loose: boolean }
  | { readonly kind: 'loop'; readonly count: number; readonly body: readonly Fragment[] }
  | {
      readonly kind: 'branch'
      readonly comparison: number
      readonly operands: readonly Operand[]
      readonly negated: boolean
      readonly width: number
      /** Added to the target, so that it is none. */
      readonly shift: number
      readonly body: readonly Fragment[]
    }
  | {
      readonly kind: 'create'
      readonly salt: number | undefined
      readonly value: bigint
      readonly init: readonly Fragment[]
      /** Code to deploy; undefined deploys what the init code returns by itself. */
      readonly runtime: readonly Fragment[] | undefined
      readonly first: number | undefined
    }
  | {
      readonly kind: 'end'
      readonly opcode: number
      readonly words: number
      readonly length: number
    }

const ADD = 0x01
const SUB = 0x03
const ISZERO = 0x15
const POP = 0x50
const MSTORE = 0x52
const JUMPI = 0x57
const JUMPDEST = 0x5b
const PUSH0 = 0x5f
const DUP1 = 0x80
const SWAP1 = 0x90
const RETURN = 0xf3
const STOP = 0x00

const push = (value: bigint, width = 0): readonly number[] => {
  if (value === 0n && width === 0) return [PUSH0]
  const digits = value.toString(16)
  const bytes = [...Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex')]
  const padding = Math.max(0, Math.min(32, width) - bytes.length)
  return [PUSH0 + bytes.length + padding, ...new Array<number>(padding).fill(0), ...bytes]
}

/** Pushes the operands so that the first one is on top. */
function pushOperands(operands: readonly Operand[]): readonly number[] {
  const code: number[] = []
  for (const operand of operands.toReversed()) {
    if (operand.kind === 'value') code.push(...push(operand.value, operand.width))
    else if (operand.kind === 'dup') code.push(DUP1 + operand.index)
  }
  return code
}

/** How many words an instruction needs on the stack, and how many it leaves instead. */
function arity(opcode: number): readonly [needs: number, leaves: number] {
  if (opcode >= PUSH0 && opcode < DUP1) return [0, 1]
  if (opcode >= DUP1 && opcode < SWAP1) return [opcode - DUP1 + 1, opcode - DUP1 + 2]
  if (opcode >= SWAP1 && opcode < 0xa0) return [opcode - SWAP1 + 2, opcode - SWAP1 + 2]
  if (opcode >= 0xa0 && opcode <= 0xa4) return [opcode - 0xa0 + 2, 0]
  return ARITY.get(opcode) ?? [0, 0]
}

const ARITY: ReadonlyMap<number, readonly [number, number]> = new Map([
  ...group(
    [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x0a, 0x0b, 0x10, 0x11, 0x12, 0x13, 0x14],
    2,
    1,
  ),
  ...group([0x16, 0x17, 0x18, 0x1a, 0x1b, 0x1c, 0x1d, 0x20], 2, 1),
  ...group([0x08, 0x09, 0xf0], 3, 1),
  ...group([0x15, 0x19, 0x31, 0x35, 0x3b, 0x3f, 0x40, 0x49, 0x51, 0x54, 0x5c], 1, 1),
  ...group([0x30, 0x32, 0x33, 0x34, 0x36, 0x38, 0x3a, 0x3d, 0x58, 0x59, 0x5a], 0, 1),
  ...group([0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x4a], 0, 1),
  ...group([0x37, 0x39, 0x3e, 0x5e], 3, 0),
  ...group([0x3c], 4, 0),
  ...group([0x50, 0x56, 0xff], 1, 0),
  ...group([0x52, 0x53, 0x55, 0x57, 0x5d, 0xf3, 0xfd], 2, 0),
  ...group([0xf1, 0xf2], 7, 1),
  ...group([0xf4, 0xfa], 6, 1),
  ...group([0xf5], 4, 1),
])

function group(opcodes: readonly number[], needs: number, leaves: number) {
  return opcodes.map((opcode) => [opcode, [needs, leaves]] as const)
}

/** Code under construction; `height` is what the stack surely holds. */
interface Assembly {
  readonly code: number[]
  height: number
}

/** Adds instructions that run one after the other, behind pushes of what they would lack on the stack. */
function add(assembly: Assembly, bytes: readonly number[], loose = false): void {
  let height = assembly.height
  let lacking = 0
  for (let at = 0; at < bytes.length; at++) {
    const opcode = bytes[at] as number
    const [needs, leaves] = arity(opcode)
    lacking = Math.max(lacking, needs - height)
    height += leaves - needs
    if (opcode > PUSH0 && opcode < DUP1) at += opcode - PUSH0
  }
  if (loose) lacking = 0
  for (let i = 0; i < lacking; i++) assembly.code.push(0x60, 7 * i + 1)
  assembly.code.push(...bytes)
  assembly.height = Math.max(0, height + lacking)
}

/** Bytes of the fragments. */
export function assembleFragments(fragments: readonly Fragment[]): readonly number[] {
  const assembly: Assembly = { code: [], height: 0 }
  for (const fragment of fragments) assemble(assembly, fragment)
  return assembly.code
}

function assemble(assembly: Assembly, fragment: Fragment): void {
  const { code } = assembly
  switch (fragment.kind) {
    case 'op':
      add(assembly, [...pushOperands(fragment.operands), fragment.opcode])
      return
    case 'push':
      add(assembly, pushOperands([fragment.operand]))
      return
    case 'raw':
      add(assembly, fragment.bytes, fragment.loose)
      return
    case 'loop': {
      add(assembly, push(BigInt(fragment.count)))
      const start = BigInt(code.length)
      const inner: Assembly = { code, height: 0 }
      code.push(JUMPDEST)
      for (const part of fragment.body) assemble(inner, part)
      for (; inner.height > 0; inner.height--) code.push(POP)
      code.push(...push(1n), SWAP1, SUB, DUP1, ...push(start, 2), JUMPI, POP)
      assembly.height--
      return
    }
    case 'branch': {
      add(assembly, [
        ...pushOperands(fragment.operands),
        ...(fragment.comparison === 0 ? [] : [fragment.comparison]),
        ...(fragment.negated ? [ISZERO] : []),
      ])
      const at = code.length
      add(assembly, [...push(0n, fragment.width), JUMPI])
      const before = assembly.height
      for (const part of fragment.body) assemble(assembly, part)
      assembly.height = Math.min(before, assembly.height)
      const target = BigInt(Math.max(0, code.length + fragment.shift))
      code.splice(at, fragment.width + 1, ...push(target, fragment.width))
      code.push(JUMPDEST)
      return
    }
    case 'create': {
      const init = initCode(fragment)
      for (let i = 0; i < init.length; i += 32) {
        const chunk = init.slice(i, i + 32)
        const word = BigInt(`0x${Buffer.from(chunk).toString('hex').padEnd(64, '0')}`)
        add(assembly, [...push(word, 32), ...push(BigInt(i)), MSTORE])
      }
      if (fragment.salt !== undefined) add(assembly, push(BigInt(fragment.salt)))
      add(assembly, [...push(BigInt(init.length)), PUSH0, ...push(fragment.value)])
      add(assembly, [fragment.salt === undefined ? 0xf0 : 0xf5])
      return
    }
    case 'end': {
      for (let i = 0; i < fragment.words; i++) add(assembly, [...push(BigInt(32 * i)), MSTORE])
      if (fragment.opcode !== STOP) add(assembly, [...push(BigInt(fragment.length)), PUSH0])
      add(assembly, [fragment.opcode])
    }
  }
}

function initCode(fragment: Extract<Fragment, { kind: 'create' }>): readonly number[] {
  const init = assembleFragments(fragment.init)
  if (fragment.runtime === undefined) return init
  const runtime = [
    ...(fragment.first === undefined ? [] : [fragment.first]),
    ...assembleFragments(fragment.runtime),
  ]
  // PUSH2 length, PUSH2 offset, PUSH0, CODECOPY, PUSH2 length, PUSH0, RETURN
  const size = push(BigInt(runtime.length), 2)
  const offset = push(BigInt(init.length + 12), 2)
  return [...init, ...size, ...offset, PUSH0, 0x39, ...size, PUSH0, RETURN, ...runtime]
}

const MAX = (1n << 256n) - 1n
const edge: readonly bigint[] = [
  ...[0n, 1n, 2n, 3n, 31n, 32n, 33n, 63n, 64n, 65n, 255n, 256n, 257n, 1024n],
  ...[0xffffn, 1n << 16n, (1n << 32n) - 1n, 1n << 32n, (1n << 32n) + 1n, (1n << 63n) - 1n],
  ...[(1n << 64n) - 32n, (1n << 64n) - 1n, 1n << 64n, (1n << 64n) + 1n, (1n << 128n) - 1n],
  ...[1n << 128n, (1n << 192n) - 1n, 1n << 192n, (1n << 255n) - 1n, 1n << 255n, MAX - 1n, MAX],
  // Moduli of fields, and a number whose limbs are all ones but one.
  0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2fn,
  0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47n,
  0xffffffffffffffff0000000000000000ffffffffffffffffffffffffffffffffn,
]

/** Numbers on which 256-bit arithmetic and ranges of memory go wrong. */
export const words: fc.Arbitrary<bigint> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...edge) },
  { weight: 3, arbitrary: fc.bigInt(0n, 40n) },
  { weight: 1, arbitrary: fc.bigInt(0n, 0x3000n) },
  { weight: 1, arbitrary: fc.bigInt(0n, MAX) },
  // Just below 2^256, as the moduli of some fields.
  { weight: 1, arbitrary: fc.bigInt(0n, 1n << 65n).map((less) => MAX - less) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.nat(255), fc.bigInt(-2n, 2n)).map(([bits, near]) => {
      const value = (1n << BigInt(bits)) + near
      return value < 0n ? 0n : value
    }),
  },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.constantFrom(0n, 1n, (1n << 64n) - 1n, 1n << 63n), { minLength: 4, maxLength: 4 })
      .map((limbs) => limbs.reduce((sum, limb) => (sum << 64n) | limb, 0n)),
  },
)

const width = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 32 }) },
)
const value = (arbitrary: fc.Arbitrary<bigint>): fc.Arbitrary<Operand> =>
  fc.record({ kind: fc.constant('value' as const), value: arbitrary, width })
const fromStack: fc.Arbitrary<Operand> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ kind: 'stack' } as const) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('dup' as const), index: fc.nat(15) }),
  },
)
const anyOperand = fc.oneof(
  { weight: 3, arbitrary: value(words) },
  { weight: 2, arbitrary: fromStack },
)

/** Mostly small numbers, so that gas suffices. */
const offsets = value(
  fc.oneof(
    { weight: 30, arbitrary: fc.bigInt(0n, 100n) },
    { weight: 3, arbitrary: fc.bigInt(0n, 3000n) },
    {
      weight: 1,
      arbitrary: fc.oneof(
        { weight: 3, arbitrary: fc.bigInt(0n, 20_000n) },
        { weight: 1, arbitrary: words },
      ),
    },
  ),
)
const slots = value(
  fc.oneof({ weight: 8, arbitrary: fc.bigInt(0n, 3n) }, { weight: 1, arbitrary: words }),
)
const slotValues = fc.oneof(
  { weight: 5, arbitrary: value(fc.bigInt(0n, 2n)) },
  { weight: 1, arbitrary: anyOperand },
)

/** True once in about `rarity` times. */
const sometimes = (rarity: number) =>
  fc.oneof(
    { weight: rarity - 1, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  )

/** What code can be made of. `addresses` are those that it knows. */
export function fragmentsOf(addresses: readonly bigint[], deepest = 2): fc.Arbitrary<Fragment[]> {
  const address = fc.oneof(
    { weight: 12, arbitrary: value(fc.constantFrom(...addresses)) },
    { weight: 1, arbitrary: anyOperand },
  )
  const gas = fc.oneof(
    { weight: 5, arbitrary: value(fc.bigInt(0n, 300_000n)) },
    { weight: 3, arbitrary: value(fc.constantFrom(0n, 1n, 2300n, 100_000n, MAX, 1n << 64n)) },
  )
  const sent = value(
    fc.oneof(
      { weight: 3, arbitrary: fc.constant(0n) },
      { weight: 3, arbitrary: fc.bigInt(1n, 100n) },
      { weight: 1, arbitrary: words },
    ),
  )
  const op = (opcode: number, ...operands: readonly fc.Arbitrary<Operand>[]) =>
    fc.tuple(...operands).map((chosen): Fragment => ({ kind: 'op', opcode, operands: chosen }))
  const among = (opcodes: readonly number[], ...operands: readonly fc.Arbitrary<Operand>[]) =>
    fc
      .tuple(fc.constantFrom(...opcodes), fc.tuple(...operands))
      .map(([opcode, chosen]): Fragment => ({ kind: 'op', opcode, operands: chosen }))

  const arithmetic = fc.oneof(
    {
      weight: 4,
      arbitrary: among(
        [
          1, 2, 3, 4, 5, 6, 7, 0x0a, 0x0b, 0x10, 0x11, 0x12, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1a,
          0x1b, 0x1c, 0x1d,
        ],
        anyOperand,
        anyOperand,
      ),
    },
    { weight: 2, arbitrary: among([8, 9], anyOperand, anyOperand, anyOperand) },
    { weight: 1, arbitrary: among([0x15, 0x19], anyOperand) },
  )
  const environment = among([
    0x30, 0x32, 0x33, 0x34, 0x36, 0x38, 0x3a, 0x3d, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48,
    0x4a, 0x58, 0x59, 0x5a,
  ])
  const memory = fc.oneof(
    among([0x51, 0x35], offsets),
    among([0x52, 0x53], offsets, anyOperand),
    among([0x20], offsets, offsets),
    among([0x37, 0x39, 0x3e, 0x5e], offsets, offsets, offsets),
    // 64 bytes: remembered hashes.
    among([0x20], offsets, value(fc.constant(64n))),
  )
  const storage = fc.oneof(among([0x54, 0x5c], slots), {
    weight: 2,
    arbitrary: among([0x55, 0x5d], slots, slotValues),
  })
  const accounts = fc.oneof(
    among([0x31, 0x3b, 0x3f], address),
    op(0x3c, address, offsets, offsets, offsets),
    among([0x40, 0x49], anyOperand),
  )
  const logs = fc.oneof(
    ...[0, 1, 2, 3, 4].map((topics) =>
      op(0xa0 + topics, offsets, offsets, ...new Array(topics).fill(anyOperand)),
    ),
  )
  const calls = fc.oneof(
    {
      weight: 3,
      arbitrary: among([0xf1, 0xf2], gas, address, sent, offsets, offsets, offsets, offsets),
    },
    { weight: 2, arbitrary: among([0xf4, 0xfa], gas, address, offsets, offsets, offsets, offsets) },
  )
  const stack = fc.oneof(
    fc.record({ kind: fc.constant('push' as const), operand: value(words) }),
    among([POP, PUSH0, JUMPDEST]),
    among(Array.from({ length: 32 }, (_, i) => DUP1 + i)),
  )
  // Sequences that decoding fuses, and what comes close to one.
  const fusible = fc
    .array(
      fc.oneof(
        { weight: 4, arbitrary: fc.integer({ min: 0, max: 40 }).map((n) => [0x60, n]) },
        {
          weight: 1,
          arbitrary: fc
            .tuple(fc.integer({ min: 0x61, max: 0x7f }), fc.nat(255))
            .map(([opcode, n]) => [opcode, ...new Array<number>(opcode - 0x60).fill(0), n]),
        },
        {
          weight: 8,
          arbitrary: fc
            .constantFrom(
              ADD,
              SUB,
              0x16,
              0x1b,
              0x1c,
              0x51,
              0x52,
              POP,
              0x80,
              0x81,
              0x82,
              0x83,
              0x8f,
              SWAP1,
              0x91,
              0x92,
              0x10,
              0x11,
              0x12,
              0x13,
              0x14,
              ISZERO,
              JUMPDEST,
            )
            .map((opcode) => [opcode]),
        },
        { weight: 1, arbitrary: fc.constantFrom(0x56, JUMPI).map((opcode) => [opcode]) },
      ),
      { minLength: 1, maxLength: 6 },
    )
    .chain((parts) =>
      sometimes(20).map((loose): Fragment => ({ kind: 'raw', bytes: parts.flat(), loose })),
    )
  const noise = fc
    .array(fc.nat(255), { minLength: 1, maxLength: 5 })
    .map((bytes): Fragment => ({ kind: 'raw', bytes, loose: true }))
  const end = fc.record({
    kind: fc.constant('end' as const),
    opcode: fc.constantFrom(STOP, RETURN, RETURN, 0xfd),
    words: fc.nat(4),
    length: fc.constantFrom(0, 1, 32, 64, 200),
  })

  const flat: readonly fc.WeightedArbitrary<Fragment>[] = [
    { weight: 20, arbitrary: arithmetic },
    { weight: 10, arbitrary: environment },
    { weight: 24, arbitrary: memory },
    { weight: 24, arbitrary: storage },
    { weight: 14, arbitrary: accounts },
    { weight: 6, arbitrary: logs },
    { weight: 30, arbitrary: calls },
    { weight: 8, arbitrary: stack },
    { weight: 20, arbitrary: fusible },
    { weight: 1, arbitrary: noise },
    { weight: 1, arbitrary: end },
    { weight: 3, arbitrary: op(0xff, address) },
  ]
  // Not a recursive arbitrary, which would favour what ends the recursion.
  let fragments = several(fc.oneof(...flat))
  for (let depth = 0; depth < deepest; depth++) {
    fragments = several(fc.oneof(...flat, ...nesting(fragments)))
  }
  return fragments
}

const several = (fragment: fc.Arbitrary<Fragment>) =>
  fc.array(fragment, { maxLength: 10, size: 'max' })

/** Fragments around others. */
function nesting(body: fc.Arbitrary<Fragment[]>): readonly fc.WeightedArbitrary<Fragment>[] {
  const loop = fc.record({
    kind: fc.constant('loop' as const),
    count: fc.integer({ min: 1, max: 12 }),
    body,
  })
  const branch = fc.record({
    kind: fc.constant('branch' as const),
    comparison: fc.constantFrom(0, 0x10, 0x11, 0x12, 0x13, 0x14, 0x16),
    operands: fc.tuple(anyOperand, anyOperand),
    negated: fc.boolean(),
    width: fc.constantFrom(2, 2, 2, 3, 4, 5),
    shift: fc.oneof(
      { weight: 30, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: -9, max: 9 }) },
    ),
    body,
  })
  const create = fc.record({
    kind: fc.constant('create' as const),
    salt: fc.constantFrom(undefined, 0, 1),
    value: fc.constantFrom(0n, 0n, 0n, 1n, 1n << 90n),
    init: body,
    runtime: fc.option(body, { nil: undefined }),
    first: fc.constantFrom(undefined, undefined, undefined, undefined, 0xef),
  })
  return [
    { weight: 6, arbitrary: loop },
    { weight: 14, arbitrary: branch },
    { weight: 16, arbitrary: create },
  ]
}

/** Contract code: a stack to work on, fragments, mostly an end that shows the stack, sometimes cut short. */
export function codeOf(addresses: readonly bigint[]): fc.Arbitrary<Uint8Array> {
  return fc
    .record({
      below: fc.array(words, { maxLength: 12 }),
      body: fragmentsOf(addresses),
      shown: fc.integer({ min: 0, max: 10 }),
      opcode: fc.constantFrom(STOP, RETURN, RETURN, RETURN, 0xfd),
      cut: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(40) }),
    })
    .map(({ below, body, shown, opcode, cut }) => {
      const assembly: Assembly = { code: [], height: 0 }
      for (const word of below) add(assembly, push(word))
      for (const fragment of body) assemble(assembly, fragment)
      assemble(assembly, { kind: 'end', opcode, words: shown, length: 32 * shown + 64 })
      return Uint8Array.from(assembly.code.slice(0, Math.max(0, assembly.code.length - cut)))
    })
}
