// Gas of the precompiled contracts, from their inputs' lengths and headers.

import { wordFromBytes, wordHigh } from '../num/word'

/** What no frame can pay. */
export const GAS_UNPAYABLE: u64 = u64.MAX_VALUE

/** Discounts of EIP-2537 for 1 to 128 pairs, in thousandths. */
const G1_DISCOUNTS: usize = memory.data<u16>([
  1000, 949, 848, 797, 764, 750, 738, 728, 719, 712, 705, 698, 692, 687, 682, 677,
  673, 669, 665, 661, 658, 654, 651, 648, 645, 642, 640, 637, 635, 632, 630, 627,
  625, 623, 621, 619, 617, 615, 613, 611, 609, 608, 606, 604, 603, 601, 599, 598,
  596, 595, 593, 592, 591, 589, 588, 586, 585, 584, 582, 581, 580, 579, 577, 576,
  575, 574, 573, 572, 570, 569, 568, 567, 566, 565, 564, 563, 562, 561, 560, 559,
  558, 557, 556, 555, 554, 553, 552, 551, 550, 549, 548, 547, 547, 546, 545, 544,
  543, 542, 541, 540, 540, 539, 538, 537, 536, 536, 535, 534, 533, 532, 532, 531,
  530, 529, 528, 528, 527, 526, 525, 525, 524, 523, 522, 522, 521, 520, 520, 519,
])
const G2_DISCOUNTS: usize = memory.data<u16>([
  1000, 1000, 923, 884, 855, 832, 812, 796, 782, 770, 759, 749, 740, 732, 724, 717,
  711, 704, 699, 693, 688, 683, 679, 674, 670, 666, 663, 659, 655, 652, 649, 646,
  643, 640, 637, 634, 632, 629, 627, 624, 622, 620, 618, 615, 613, 611, 609, 607,
  606, 604, 602, 600, 598, 597, 595, 593, 592, 590, 589, 587, 586, 584, 583, 582,
  580, 579, 578, 576, 575, 574, 573, 571, 570, 569, 568, 567, 566, 565, 563, 562,
  561, 560, 559, 558, 557, 556, 555, 554, 553, 552, 552, 551, 550, 549, 548, 547,
  546, 545, 545, 544, 543, 542, 541, 541, 540, 539, 538, 537, 537, 536, 535, 535,
  534, 533, 532, 532, 531, 530, 530, 529, 528, 528, 527, 526, 526, 525, 524, 524,
])

// @ts-ignore: decorator
@inline
function words(length: usize): u64 {
  return <u64>((length + 31) >> 5)
}

/** Multi-scalar multiplication of EIP-2537. */
function msmGas(length: usize, pair: usize, single: u64, discounts: usize): u64 {
  const pairs = length / pair
  if (pairs == 0) return 0
  const discount = <u64>load<u16>(discounts + ((min(pairs, 128) - 1) << 1))
  return (<u64>pairs * single * discount) / 1000
}

/** Gas that the active precompile with this number takes for an input. */
export function precompileGas(number: i32, input: usize, length: usize): u64 {
  switch (number) {
    case 0x01:
      return 3000
    case 0x02:
      return 60 + 12 * words(length)
    case 0x03:
      return 600 + 120 * words(length)
    case 0x04:
      return 15 + 3 * words(length)
    case 0x05:
      return modexpGas(input, length)
    case 0x06:
      return 150
    case 0x07:
      return 6000
    case 0x08:
      return 45000 + 34000 * <u64>(length / 192)
    case 0x09:
      // EIP-152: one for each round; an input of another length fails in any case.
      return length == 213 ? <u64>bswap(load<u32>(input)) : 0
    case 0x0a:
      return 50000
    case 0x0b:
      return 375
    case 0x0c:
      return msmGas(length, 160, 12000, G1_DISCOUNTS)
    case 0x0d:
      return 600
    case 0x0e:
      return msmGas(length, 288, 22500, G2_DISCOUNTS)
    case 0x0f:
      return 37700 + 32600 * <u64>(length / 384)
    case 0x10:
      return 5500
    case 0x11:
      return 23800
    default:
      // P256VERIFY (RIP-7212).
      return 3450
  }
}

const header: usize = memory.data(32, 8)

/** 32 bytes of the input at `offset` as a word in `header`, zeros behind the end. */
function readHeader(input: usize, length: usize, offset: u64): void {
  memory.fill(header, 0, 32)
  if (offset < <u64>length) memory.copy(header, input + <usize>offset, min(32, length - <usize>offset))
  wordFromBytes(header, header)
}

/** Stands for every length that is not below 2^32. */
const ABSURD: u64 = 1 << 32

/** The length in a header word, ABSURD at most. */
function headerLength(input: usize, length: usize, offset: u64): u64 {
  readHeader(input, length, offset)
  return wordHigh(header) != 0 ? ABSURD : min(load<u64>(header), ABSURD)
}

/** EIP-2565. */
function modexpGas(input: usize, length: usize): u64 {
  const baseLength = headerLength(input, length, 0)
  const exponentLength = headerLength(input, length, 32)
  const modulusLength = headerLength(input, length, 64)
  const longest = (max(baseLength, modulusLength) + 7) >> 3
  const complexity = longest * longest
  if (complexity == 0) return 200
  if (max(max(baseLength, modulusLength), exponentLength) == ABSURD) return GAS_UNPAYABLE
  const bits = exponentBits(input, length, baseLength, exponentLength)
  const iterations = max(exponentLength > 32 ? 8 * (exponentLength - 32) + bits : bits, 1)
  if (iterations > GAS_UNPAYABLE / complexity) return GAS_UNPAYABLE
  return max(200, (complexity * iterations) / 3)
}

/** Index of the highest bit of the exponent's first 32 bytes, 0 when they are 0. */
function exponentBits(input: usize, length: usize, baseLength: u64, exponentLength: u64): u64 {
  readHeader(input, length, 96 + baseLength)
  // Only the exponent's own bytes count: a shorter one is the upper part of what was read.
  const skip = exponentLength >= 32 ? 0 : 32 - <i32>exponentLength
  for (let i = 31; i >= skip; i--) {
    const byte = <u32>load<u8>(header + i)
    if (byte != 0) return <u64>(8 * (i - skip) + 31 - clz(byte))
  }
  return 0
}
